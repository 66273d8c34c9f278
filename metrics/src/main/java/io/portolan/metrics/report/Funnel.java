package io.portolan.metrics.report;

import java.util.List;

/**
 * What became of all that was planned. Each message is in one of the parts, so that they add up to
 * the planned.
 *
 * @param planned the recipients of a campaign; of a span, what ended in it
 * @param accepted by the ISP, as far as is known: at once, or as a relay's event says
 * @param relayed accepted by a relay whose events have not said yet what the ISP did
 * @param bounced refused for good, at once or after it was accepted
 * @param notSent ended without an attempt
 * @param waiting not ended; 0 for a span
 */
public record Funnel(
    long planned,
    long accepted,
    long relayed,
    long bounced,
    long notSent,
    long expired,
    long suppressed,
    long cancelled,
    long waiting) {

  /**
   * One part.
   *
   * @param name for people
   */
  public record Part(String name, long count) {}

  static Funnel of(Counts total, long waiting) {
    long returned = total.returned().bounced();
    return new Funnel(
        total.ended() + waiting,
        total.accepted() - total.relayed() - returned,
        total.relayed(),
        total.bounced() + returned,
        total.notSent(),
        total.expired(),
        total.suppressed(),
        total.cancelled(),
        waiting);
  }

  /** All parts, in the order of all reports. */
  public List<Part> parts() {
    return List.of(
        new Part("accepted", accepted),
        new Part("relayed", relayed),
        new Part("bounced", bounced),
        new Part("not sent", notSent),
        new Part("expired", expired),
        new Part("suppressed", suppressed),
        new Part("cancelled", cancelled),
        new Part("waiting", waiting));
  }

  /** A part as a share of the planned, such as {@code 1.25 %}; empty when nothing was planned. */
  public String share(Part part) {
    return planned == 0 ? "" : Figures.percent((double) part.count() / planned);
  }
}
