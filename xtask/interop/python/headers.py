"""Asks one configuration for headers, once for each line on standard input.

Prints one line of JSON each time: the header's scheme, and for how long the SDK thinks the token is good.
"""

import datetime
import json
import sys

from databricks.sdk.core import Config

config = Config()
for _ in sys.stdin:
    scheme = config.authenticate()["Authorization"].split(" ")[0]
    expiry = config.oauth_token().expiry
    left = (expiry - datetime.datetime.now(expiry.tzinfo)).total_seconds()
    print(json.dumps({"scheme": scheme, "seconds_left": left}), flush=True)
