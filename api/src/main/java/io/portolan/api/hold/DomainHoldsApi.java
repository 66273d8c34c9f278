package io.portolan.api.hold;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldEventStore;
import io.portolan.core.guard.HoldStore;
import io.portolan.scheduler.CampaignScheduler;
import java.util.List;
import java.util.Locale;

/** When complaints held all mail of a sending domain, and letting it go on in one step. */
public final class DomainHoldsApi {
  private static final String DOMAIN = "/api/v1/domains/{domain}";

  private final HoldStore holds;
  private final HoldEventStore events;
  private final CampaignScheduler scheduler;

  public DomainHoldsApi(HoldStore holds, HoldEventStore events, CampaignScheduler scheduler) {
    this.holds = holds;
    this.events = events;
    this.scheduler = scheduler;
  }

  /** Adds the routes. */
  public void routes(RoutesConfig routes) {
    routes.get(DOMAIN + "/holds", this::show, Access.READ);
    routes.post(DOMAIN + "/resume", this::resume, Access.OPERATE);
  }

  private void show(Context ctx) {
    String domain = domain(ctx);
    Requests.json(ctx, DomainHoldsView.of(domain, events.ofDomain(domain), List.of()));
  }

  private void resume(Context ctx) {
    String domain = domain(ctx);
    ResumeRequest.Release release =
        Requests.body(ctx, ResumeRequest.class)
            .release()
            .orElseThrow(
                () ->
                    new InvalidException(
                        "override",
                        "is missing: what is held of a domain goes on by an override alone"));
    List<Hold> others =
        scheduler
            .overrideDomain(domain, release.isp(), Requests.key(ctx).name(), release.note())
            .stream()
            .map(Hold::campaignId)
            .distinct()
            .flatMap(campaign -> holds.open(campaign).stream())
            .filter(hold -> hold.domain().isEmpty())
            .toList();
    Requests.json(ctx, DomainHoldsView.of(domain, events.ofDomain(domain), others));
  }

  /** As campaigns have it of their From address. */
  private static String domain(Context ctx) {
    String written = ctx.pathParam("domain");
    Requests.domain("domain", written);
    return written.strip().toLowerCase(Locale.ROOT);
  }
}
