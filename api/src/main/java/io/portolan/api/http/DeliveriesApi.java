package io.portolan.api.http;

import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.matching.FeedbackQuery;
import io.portolan.core.matching.StoredFeedback;
import io.portolan.core.progress.AttemptView;
import io.portolan.core.progress.DeliveryHead;
import io.portolan.core.progress.DeliveryQuery;
import io.portolan.core.progress.DeliveryStanding;
import io.portolan.core.progress.DeliveryView;
import io.portolan.core.progress.FailureView;
import io.portolan.core.relay.RelayReporting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Deliveries and the attempts made. */
final class DeliveriesApi {
  private static final String DELIVERIES = "/api/v1/deliveries";
  private static final int MOST_FAILURES = 20;
  private static final int MOST_FEEDBACK = 50;

  private final Stores stores;

  DeliveriesApi(Stores stores) {
    this.stores = stores;
  }

  /**
   * A delivery.
   *
   * @param relay that accepted it and has not said what became of it
   * @param note what else is to be expected of that relay
   */
  record DeliveryJson(
      DeliveryHead delivery,
      String state,
      Optional<String> relay,
      Optional<String> note,
      Optional<Instant> notBefore,
      Optional<String> heldBecause,
      Optional<String> pinnedRoute,
      Optional<Instant> inDoubtSince,
      Optional<Instant> endedAt) {
    static DeliveryJson of(DeliveryView view, RelayReporting reporting) {
      String standing = view.standing().id();
      return switch (view) {
        case DeliveryView.Open open ->
            new DeliveryJson(
                open.head(),
                standing,
                Optional.empty(),
                Optional.empty(),
                open.notBefore(),
                open.heldBecause(),
                open.pinnedRoute(),
                open.inDoubtSince(),
                Optional.empty());
        case DeliveryView.Relayed relayed ->
            new DeliveryJson(
                relayed.head(),
                standing,
                Optional.of(relayed.relay()),
                Optional.of(reporting.of(relayed.relay()).words(relayed.relay())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(relayed.endedAt()));
        case DeliveryView.Ended ended ->
            new DeliveryJson(
                ended.head(),
                standing,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(ended.endedAt()));
      };
    }
  }

  record AttemptJson(
      Instant at,
      int number,
      AttemptView.Where where,
      String phase,
      String outcome,
      Optional<Integer> code,
      Optional<String> enhanced,
      Optional<String> category,
      Optional<String> reply,
      AttemptView.Why why,
      long openMillis,
      long exchangeMillis) {
    static AttemptJson of(AttemptView attempt) {
      return new AttemptJson(
          attempt.at(),
          attempt.number(),
          attempt.where(),
          attempt.phase(),
          attempt.outcome(),
          attempt.code(),
          attempt.enhanced(),
          attempt.category(),
          attempt.reply(),
          attempt.why(),
          millis(attempt.open()),
          millis(attempt.exchange()));
    }

    private static long millis(Duration duration) {
      return duration.toMillis();
    }
  }

  /** A delivery with its attempts and what came back about it, the latest first. */
  record DetailJson(
      DeliveryJson delivery, List<AttemptJson> attempts, List<StoredFeedback> feedback) {}

  /**
   * Why a delivery went where it did.
   *
   * @param attempts each with the version, row and reason that decided its path
   * @param pathFailures the latest ones of its campaign and platform until it ended, newest first
   */
  record ExplanationJson(
      DeliveryJson delivery, List<AttemptJson> attempts, List<FailureView> pathFailures) {}

  void routes(RoutesConfig routes) {
    routes.get(DELIVERIES, this::list, Access.READ);
    routes.get(DELIVERIES + "/{id}", this::one, Access.READ);
    routes.get(DELIVERIES + "/{id}/attempts", this::attempts, Access.READ);
    routes.get(DELIVERIES + "/{id}/explain", this::explain, Access.READ);
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "campaign", "state", "inDoubt", "isp", "address", "limit", "cursor");
    DeliveryQuery query =
        new DeliveryQuery(
            Requests.number(ctx, "campaign"),
            Requests.several(ctx, "state", DeliveryStanding::of, "state of a delivery"),
            inDoubt(ctx),
            Requests.query(ctx, "isp"),
            Requests.query(ctx, "address"),
            Requests.cursor(ctx),
            Requests.limit(ctx));
    if (isOfAll(query) && (!query.standings().isEmpty() || query.isp().isPresent())) {
      throw new InvalidException(
          "campaign",
          "is missing: what is asked for by state or ISP is looked for in one campaign (campaign=ID), or among the deliveries to one address (address=…); without them all deliveries would be read");
    }
    Requests.listing(ctx, stores.deliveries().page(query), this::delivery);
  }

  /** Whether nothing that there is an index for narrows down where to look. */
  private static boolean isOfAll(DeliveryQuery query) {
    return query.campaignId().isEmpty() && query.address().isEmpty() && !query.inDoubt();
  }

  private static boolean inDoubt(Context ctx) {
    String text = Requests.query(ctx, "inDoubt").orElse("false");
    if (!text.equals("true") && !text.equals("false")) {
      throw new InvalidException("inDoubt", "is \"" + text + "\", and must be true or false");
    }
    return text.equals("true");
  }

  private void one(Context ctx) {
    long id = id(ctx, "id");
    DeliveryView view =
        stores.deliveries().find(id).orElseThrow(() -> new NotFoundException("delivery", id));
    json(
        ctx,
        new DetailJson(
            delivery(view),
            attempts(id),
            stores.feedback().page(FeedbackQuery.ofDelivery(id, MOST_FEEDBACK)).items()));
  }

  private void attempts(Context ctx) {
    long id = id(ctx, "id");
    if (stores.deliveries().find(id).isEmpty()) {
      throw new NotFoundException("delivery", id);
    }
    json(ctx, new Requests.Listing<>(attempts(id), Optional.empty()));
  }

  private void explain(Context ctx) {
    long id = id(ctx, "id");
    DeliveryView view =
        stores.deliveries().find(id).orElseThrow(() -> new NotFoundException("delivery", id));
    json(
        ctx,
        new ExplanationJson(
            delivery(view), attempts(id), stores.deliveries().pathFailures(id, MOST_FAILURES)));
  }

  private DeliveryJson delivery(DeliveryView view) {
    return DeliveryJson.of(view, stores.relayReporting());
  }

  private List<AttemptJson> attempts(long deliveryId) {
    return stores.deliveries().attempts(deliveryId).stream().map(AttemptJson::of).toList();
  }
}
