-- One token request of a service principal, for wrk; the form is the argument after `--`.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"

function init(args)
  wrk.body = args[1]
end
