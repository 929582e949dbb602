-- Rows with texts and numbers: filled, indexed, joined, grouped, changed.
PRAGMA cache_size = 4000;
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, kind INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)
INSERT INTO item SELECT i, printf('item %x of kind %d', i * 7919 % 65521, i % 97),
  i * 0.37, i % 97 FROM n;
CREATE INDEX by_kind ON item(kind, name);
SELECT count(*), sum(length(a.name || b.name)) FROM item a JOIN item b
  ON b.kind = a.kind AND b.name < a.name WHERE a.id % 40 = 0;
SELECT kind, group_concat(substr(name, 6, 4)) IS NOT NULL, avg(price)
  FROM item GROUP BY kind ORDER BY 3 DESC LIMIT 2;
UPDATE item SET name = upper(name) WHERE id % 3 = 0;
DELETE FROM item WHERE id % 5 = 0;
SELECT count(DISTINCT name) FROM item;
