CREATE TABLE gauges (id INT);
