package io.portolan.api.cli;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** What lets go on what a guardrail holds. */
public final class ResumeOptions {
  @Option(
      names = "--override",
      description = "Send all the same what a guardrail stopped; needs --note.")
  private boolean override;

  @Option(names = "--note", description = "Why it may go on; kept with what was held.")
  private Optional<String> note = Optional.empty();

  @Option(names = "--isp", description = "Only what is held at this ISP.")
  private Optional<String> isp = Optional.empty();

  /** The request's body, as far as options are given. */
  public Map<String, Object> request() {
    Map<String, Object> request = new TreeMap<>();
    if (override) {
      request.put("override", true);
    }
    note.ifPresent(it -> request.put("note", it));
    isp.ifPresent(it -> request.put("isp", it));
    return request;
  }
}
