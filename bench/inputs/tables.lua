-- Binary trees, strings and tables with holes.
local function tree(depth)
  if depth == 0 then return {} end
  return {tree(depth - 1), tree(depth - 1)}
end
local function count(t)
  return t[1] and 1 + count(t[1]) + count(t[2]) or 1
end
local part = tonumber(os.getenv("PART") or 1)
local sum = 0
for i = 1, 50 // part do sum = sum + count(tree(15)) end
local parts, index = {}, {}
for i = 1, 300000 // part do
  local key = string.format("%x-%d", (i * 7919) % 65521, i % 97)
  index[key] = (index[key] or 0) + i
  if i % 7 == 0 then parts[#parts + 1] = key .. i end
end
print(sum, #table.concat(parts))
