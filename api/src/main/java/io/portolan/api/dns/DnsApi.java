package io.portolan.api.dns;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.api.http.ProblemException;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.dnshealth.DnsStatus;
import io.portolan.sender.dnshealth.DnsHealth;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the DNS says of what mail is sent from: the latest, how it changed, and a check now. */
public final class DnsApi {
  private final DnsHealthStore store;
  private final DnsHealth health;

  public DnsApi(DnsHealthStore store, DnsHealth health) {
    this.store = store;
    this.health = health;
  }

  /**
   * What to check.
   *
   * @param domain that mail would be sent from; empty: everything
   */
  record CheckBody(Optional<String> domain) {
    static final CheckBody ALL = new CheckBody(Optional.empty());
  }

  record FindingList(List<FindingView> items) {}

  public void routes(RoutesConfig routes) {
    routes.get("/api/v1/dns", this::latest, Access.READ);
    routes.get("/api/v1/dns/history", this::history, Access.READ);
    routes.post("/api/v1/dns/check", this::check, Access.OPERATE);
  }

  private void latest(Context ctx) {
    Requests.allowQuery(ctx, "subject", "status");
    Requests.json(
        ctx, new FindingList(store.latest(filter(ctx)).stream().map(FindingView::of).toList()));
  }

  private void history(Context ctx) {
    Requests.allowQuery(ctx, "subject", "status", "limit", "cursor");
    Requests.listing(
        ctx,
        store.changes(
            filter(ctx), Requests.cursor(ctx).orElse(Long.MAX_VALUE), Requests.limit(ctx)),
        FindingView.Change::of);
  }

  private void check(Context ctx) throws InterruptedException {
    CheckBody body = Requests.bodyOr(ctx, CheckBody.class, CheckBody.ALL);
    Optional<Domain> domain = body.domain().map(DnsApi::domain);
    Optional<List<DnsFinding>> found =
        domain.isPresent() ? health.checkNow(domain.get()) : health.checkNow();
    List<DnsFinding> findings =
        found.orElseThrow(
            () -> {
              ctx.header("Retry-After", "60");
              return new ProblemException(
                  429,
                  "check-under-way",
                  "The DNS is being checked",
                  "A node checks the DNS at the moment, which takes a minute at most. Look at"
                      + " /api/v1/dns then, or try again.");
            });
    Requests.json(
        ctx,
        new FindingList(
            findings.stream()
                .sorted(
                    Comparator.comparing(DnsFinding::subject)
                        .thenComparing(each -> each.check().id()))
                .map(FindingView::of)
                .toList()));
  }

  private static DnsHealthStore.Filter filter(Context ctx) {
    return new DnsHealthStore.Filter(
        Requests.query(ctx, "subject"), Requests.query(ctx, "status").map(DnsApi::status));
  }

  private static DnsStatus status(String id) {
    return DnsStatus.of(id)
        .orElseThrow(
            () ->
                new InvalidException(
                    "status", "\"" + id + "\" is not ok, warning, error or unknown"));
  }

  private static Domain domain(String written) {
    try {
      return Domain.parse(written);
    } catch (InvalidAddressException e) {
      throw new InvalidException("domain", e.reason());
    }
  }
}
