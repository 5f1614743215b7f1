-- SPDX-License-Identifier: GPL-3.0-or-later
-- For wrk: the requests of the file MP_REQUESTS, one "METHOD PATH TOKEN BODY" a line, in a random order; BODY is a file
-- or "-". Where a body has eight @, each request has another number of as many digits there: each is a change.
local NUMBER = "@@@@@@@@"
local requests = {}
local bodies = {}
local count = 0

local function read_body(name)
  if name ~= "-" and not bodies[name] then
    local file = io.open(name)
    bodies[name] = file:read("*a")
    file:close()
  end
  return bodies[name]
end

function init(args)
  for line in io.lines(os.getenv("MP_REQUESTS")) do
    local method, path, token, name = line:match("(%S+) (%S+) (%S+) (%S+)")
    local body = read_body(name)
    local headers = { Authorization = "Bearer " .. token }
    if method == "PUT" then
      headers["Content-Type"] = "application/json"
      headers["If-Match"] = "*"
    end
    local text = wrk.format(method, path, headers, body)
    local at = text:find(NUMBER, 1, true)
    requests[#requests + 1] = at and { text:sub(1, at - 1), text:sub(at + #NUMBER) } or { text }
  end
  math.randomseed(os.time())
  count = os.time() % 10000 * 10000
end

function request()
  local parts = requests[math.random(#requests)]
  if #parts == 1 then
    return parts[1]
  end
  count = count + 1
  return parts[1] .. string.format("%08d", count % 100000000) .. parts[2]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "us": %d, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write))
end
