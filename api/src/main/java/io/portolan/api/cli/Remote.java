package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command that calls the API takes, and how it shows the answer. */
public final class Remote {
  @Option(
      names = "--url",
      description = "Address of the API (default: $PORTOLAN_URL or ${DEFAULT-VALUE}).",
      defaultValue = "${env:PORTOLAN_URL:-http://127.0.0.1:8025}")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String url;

  @Option(
      names = "--api-key",
      description = "API key (default: $$PORTOLAN_API_KEY).",
      defaultValue = "${env:PORTOLAN_API_KEY:-}")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String apiKey;

  @Option(names = "--json", description = "Print the API's answer as JSON, for scripts.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  public boolean wantsJson() {
    return json;
  }

  public ApiClient client() {
    if (apiKey.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "No API key. Set PORTOLAN_API_KEY, or give --api-key. \"portolan serve\" shows the first key at its first start.");
    }
    return new ApiClient(address(), apiKey);
  }

  private URI address() {
    try {
      URI address = new URI(url);
      if (address.getHost() != null && String.valueOf(address.getScheme()).matches("https?")) {
        return address;
      }
    } catch (URISyntaxException e) {
      // refused below, as what parses and is none
    }
    throw new ParameterException(
        spec.commandLine(),
        "\"" + url + "\" is no address such as http://127.0.0.1:8025 (--url or PORTOLAN_URL).");
  }

  /** A text file, which must be there and be UTF-8. */
  public static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new ApiException(
          ApiException.NO_ANSWER, file + " is not UTF-8 text. Convert it, or name another file.");
    } catch (FileSystemException e) {
      throw e; // names its file
    } catch (IOException e) {
      throw new ApiException(
          ApiException.NO_ANSWER, file + " cannot be read: " + e.getMessage() + ".");
    }
  }

  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Shows an answer as JSON where that is wanted, else as the printer does. */
  public void show(JsonNode answer, Consumer<JsonNode> printer) {
    if (json) {
      out().println(answer.toPrettyString());
    } else {
      printer.accept(answer);
    }
    out().flush();
  }

  public void say(String line) {
    out().println(line);
    out().flush();
  }

  /**
   * The id of a thing that people name by name or by id. A name goes first, since it may be a
   * number too.
   *
   * @throws ApiException if there is none, or if several have the name
   */
  public long find(ApiClient client, String what, String collection, String nameOrId) {
    List<Long> named = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = client.get(collection + "?limit=500" + cursor);
      for (JsonNode item : page.path("items")) {
        JsonNode settings = item.has("settings") ? item.path("settings") : item;
        if (settings.path("name").asText().equals(nameOrId)) {
          named.add(item.path("id").asLong());
        }
      }
      cursor = page.hasNonNull("nextCursor") ? "&cursor=" + page.path("nextCursor").asText() : "";
    } while (!cursor.isEmpty());
    if (named.size() > 1) {
      throw new ApiException(
          409,
          "\""
              + nameOrId
              + "\" is the name of more than one "
              + what
              + "; give the id of the one you mean: "
              + named.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ".");
    }
    if (named.size() == 1) {
      return named.getFirst();
    }
    if (nameOrId.matches("\\d{1,18}")) {
      return Long.parseLong(nameOrId);
    }
    throw new ApiException(404, "There is no " + what + " named \"" + nameOrId + "\".");
  }
}
