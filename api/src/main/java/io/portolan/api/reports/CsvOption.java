package io.portolan.api.reports;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import picocli.CommandLine.Option;

/** Whether a report is wanted as CSV. */
public final class CsvOption {
  @Option(names = "--csv", description = "Print CSV, with all figures.")
  private boolean csv;

  /**
   * Prints the CSV if it is wanted.
   *
   * @param path of the report, up to the parameter of its format
   * @return whether it was
   */
  public boolean print(Remote remote, ApiClient client, String path) {
    if (csv) {
      remote.out().print(client.getText(path + "format=csv", "text/csv"));
      remote.out().flush();
    }
    return csv;
  }
}
