-- SPDX-License-Identifier: GPL-3.0-or-later
-- For wrk: the requests of the file MP_REQUESTS, one "METHOD PATH TOKEN BODY" a line, in a random order; BODY is a file
-- or "-".
local requests = {}
local bodies = {}

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
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(os.time())
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "us": %d, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write))
end
