package io.portolan.api.reports;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether a report is wanted as a page in a file. */
public final class PageOption {
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the report as a page into this file.")
  private Optional<Path> file = Optional.empty();

  /**
   * Writes the page if it is wanted.
   *
   * @param path of the report, up to the parameter of its format
   * @return whether it was
   */
  public boolean write(Remote remote, ApiClient client, String path) throws IOException {
    if (file.isEmpty()) {
      return false;
    }
    Files.writeString(file.get(), client.getText(path + "format=html", "text/html"));
    remote.say("The report is in " + file.get() + ".");
    return true;
  }
}
