package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code portolan paths}: what is known of each path from this network. */
@Command(name = "paths", description = "Shows the health of the paths as this node knows it.")
final class PathsCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Override
  public Integer call() {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get("/api/v1/paths"),
          answer -> {
            remote.out().println(answer.path("paths").isEmpty() ? "No path was tried yet." : "");
            for (JsonNode path : answer.path("paths")) {
              remote.out().println(path);
            }
          });
    }
    return 0;
  }
}
