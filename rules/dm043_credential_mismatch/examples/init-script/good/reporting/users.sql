create user reports password 'reports';
create database reports owner reports;
