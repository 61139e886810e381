-- One token request of a service principal, for wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "grant_type=client_credentials&scope=all-apis"
  .. "&client_id=5e000000-0000-4000-8000-000000000002"
  .. "&client_secret=mock-secret-of-the-service-principal"
