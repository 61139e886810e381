"""Lists the clusters of a workspace, once for each line on standard input.

Host, profile and credentials come from the environment. Prints one line of JSON each time.
"""

import json
import sys

from databricks.sdk import WorkspaceClient

client = WorkspaceClient()
for _ in sys.stdin:
    names = [cluster.cluster_name for cluster in client.clusters.list()]
    print(json.dumps({"auth_type": client.config.auth_type, "names": names}), flush=True)
