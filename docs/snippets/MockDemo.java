import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** The mock gives a token, is busy once, and lets an hour pass. */
public class MockDemo {
  static final HttpClient HTTP = HttpClient.newHttpClient();
  static final String FORM =
      "grant_type=client_credentials&scope=all-apis"
          + "&client_id=5e000000-0000-4000-8000-000000000002"
          + "&client_secret=mock-secret-of-the-service-principal";

  public static void main(String[] args) throws Exception {
    var process = new ProcessBuilder("lakekey-mock", "--output", "json").start();
    try {
      var place = process.inputReader().readLine();
      var url = member(place, "url");
      var control = member(place, "control_url") + "/";
      var key = member(place, "control_token");

      var answer = send("POST", url + "/oidc/v1/token", FORM, null);
      System.out.println("a token: " + answer.statusCode());
      var token = member(answer.body(), "access_token");
      var clusters = url + "/api/2.1/clusters/list";
      System.out.println("clusters: " + send("GET", clusters, "", token).statusCode());

      var fault = "{\"match\":{\"endpoint\":\"token\"},\"times\":1,\"action\":{\"http.status\":{\"status\":503}}}";
      send("POST", control + "faults", fault, key);
      var busy = send("POST", url + "/oidc/v1/token", FORM, null);
      System.out.println("when it is busy: " + busy.statusCode());

      send("POST", control + "clock", "{\"advance\":3601}", key);
      System.out.println("an hour later: " + send("GET", clusters, "", token).statusCode());

      // A test of yours has a JSON library; this one makes do with the order of the members.
      var entries = Pattern.compile("\"method\":\"(\\w+)\",\"uri\":\"([^\"]+)\".*?\"status\":(\\d+),.*?\"rule\":(null|\"[^\"]+\")");
      var found = entries.matcher(send("GET", control + "journal", "", key).body());
      while (found.find()) {
        var rule = found.group(4).equals("null") ? "-" : found.group(4).replace("\"", "");
        System.out.println(found.group(1) + " " + found.group(2) + " " + found.group(3) + " " + rule);
      }
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  static HttpResponse<String> send(String method, String url, String body, String bearer) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.ofString(body));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    } else {
      request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  static String member(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    if (!found.find()) {
      throw new IllegalStateException("no " + name + " in " + json);
    }
    return found.group(1);
  }
}
