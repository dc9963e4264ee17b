psql -c 'CREATE ROLE shop'
