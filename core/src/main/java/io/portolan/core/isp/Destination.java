package io.portolan.core.isp;

/**
 * Whose mailboxes a domain has.
 *
 * @param isp the ISP's id, by which reports go
 * @param platform the id of the ISP whose limits apply
 * @param basis how that was found out
 */
public record Destination(String isp, String platform, Basis basis) {
  /** A destination that the directory does not cover, for the given reason. */
  static Destination other(Basis basis) {
    return new Destination(Isp.OTHER.id(), Isp.OTHER.platform(), basis);
  }

  static Destination of(Isp isp, Basis basis) {
    return new Destination(isp.id(), isp.platform(), basis);
  }

  /**
   * Whether the domain's own DNS says that no mail can be delivered: a bounce of category
   * bad-domain.
   */
  public boolean isUndeliverable() {
    return basis.isUndeliverable();
  }
}
