// A client with Java's own HttpClient, as `java Client.java` runs it.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

public class Client {
    static final String SITE = "https://api.tensorone.ai/v2/ai";
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static HttpRequest.Builder to(String url) {
        return HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + System.getenv("MOCK_API_KEY"))
            .header("Content-Type", "application/json");
    }

    static String member(String name, String json) {
        var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!found.find()) throw new IllegalStateException(json);
        return found.group(1);
    }

    public static void main(String[] arguments) throws Exception {
        var create = to(SITE + "/text-to-video").POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"A lighthouse at night\"}"));
        var job = member("videoId", CLIENT.send(create.build(), BodyHandlers.ofString()).body());
        String done;
        do {
            Thread.sleep(200);
            done = CLIENT.send(to(SITE + "/videos/" + job + "/status").build(), BodyHandlers.ofString()).body();
        } while (!member("status", done).equals("completed"));
        var url = member("videoUrl", done);
        var file = CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
        System.out.println(url + " " + file.headers().firstValue("content-type").get() + " " + file.body().length);
    }
}
