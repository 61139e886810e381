"""Lists the workspaces of an account, once for each line on standard input.

Host, profile and credentials come from the environment. Prints one line of JSON each time.
"""

import json
import sys

from databricks.sdk import AccountClient

client = AccountClient()
for _ in sys.stdin:
    names = [workspace.workspace_name for workspace in client.workspaces.list()]
    print(json.dumps({"auth_type": client.config.auth_type, "names": names}), flush=True)
