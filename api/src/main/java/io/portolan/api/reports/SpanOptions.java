package io.portolan.api.reports;

import io.portolan.api.cli.ApiClient;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The span of time that a command of reports is about, where one is given. */
public final class SpanOptions {
  @Option(names = "--from", description = "Start of a span, such as 2026-12-01T00:00:00Z.")
  private Optional<String> from = Optional.empty();

  @Option(names = "--until", description = "End of the span, exclusive.")
  private Optional<String> until = Optional.empty();

  /** Whether neither end is given. */
  public boolean isEmpty() {
    return from.isEmpty() && until.isEmpty();
  }

  /** Whether both ends are given. */
  public boolean isWhole() {
    return from.isPresent() && until.isPresent();
  }

  /** The ends that are given as parameters of a query, each followed by {@code &}. */
  public String query() {
    return parameter("from", from) + parameter("until", until);
  }

  /** A parameter of a query, followed by {@code &}; nothing for no value. */
  public static String parameter(String name, Optional<String> value) {
    return value.map(text -> name + "=" + ApiClient.encode(text) + "&").orElse("");
  }
}
