package io.portolan.api.hold;

import io.portolan.core.InvalidException;
import java.util.Optional;

/**
 * A wish that mail go on. With {@code override} it is what a guardrail holds that goes on: all of
 * it, or one ISP's.
 */
public record ResumeRequest(
    Optional<Boolean> override, Optional<String> note, Optional<String> isp) {
  /** A plain wish, without a body. */
  public static final ResumeRequest EMPTY =
      new ResumeRequest(Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * What a person says of a hold.
   *
   * @param isp whose mail goes on; empty for all that is held
   * @param note why it may, which is kept
   */
  public record Release(String isp, String note) {}

  /**
   * The release that is asked for; empty where nothing is to be overridden.
   *
   * @throws InvalidException if it says what belongs to a release without overriding, or overrides
   *     without a word why
   */
  public Optional<Release> release() {
    if (!override.orElse(false)) {
      if (isp.isPresent()) {
        throw new InvalidException("isp", "goes with override alone");
      }
      if (note.isPresent()) {
        throw new InvalidException("note", "goes with override alone");
      }
      return Optional.empty();
    }
    if (isp.filter(String::isBlank).isPresent()) {
      throw new InvalidException("isp", "is blank; leave it out for all that is held");
    }
    String why =
        note.filter(text -> !text.isBlank())
            .orElseThrow(() -> new InvalidException("note", "is missing: say why mail may go on"));
    return Optional.of(new Release(isp.orElse(""), why));
  }
}
