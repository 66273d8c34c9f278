package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.suppression.StoredSuppression;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionFilter;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionTarget;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Suppressions. */
final class SuppressionsApi {
  private static final String SUPPRESSIONS = "/api/v1/suppressions";
  private static final int MOST = 10_000;

  private final Stores stores;
  private final InstantSource clock;

  SuppressionsApi(Stores stores, InstantSource clock) {
    this.stores = stores;
    this.clock = clock;
  }

  record SuppressionRequest(
      String kind, String value, Optional<String> reason, Optional<String> note) {}

  record SuppressionsRequest(List<SuppressionRequest> items) {}

  record Added(int added, int existing) {}

  record Check(String address, boolean suppressed, Optional<SuppressionView> by) {}

  record SuppressionView(
      long id,
      String kind,
      String value,
      String reason,
      String source,
      String note,
      Instant createdAt) {
    static SuppressionView of(StoredSuppression stored) {
      Suppression suppression = stored.suppression();
      return new SuppressionView(
          stored.id(),
          suppression.target().kind().id(),
          suppression.target().value(),
          suppression.reason().id(),
          suppression.source(),
          suppression.note(),
          suppression.at());
    }
  }

  void routes(RoutesConfig routes) {
    routes.post(SUPPRESSIONS, Idempotent.of(stores.idempotency(), this::add), Access.OPERATE);
    routes.get(SUPPRESSIONS, this::list, Access.READ);
    routes.get(SUPPRESSIONS + "/check", this::check, Access.READ);
    routes.delete(SUPPRESSIONS + "/{id}", this::remove, Access.OPERATE);
  }

  private void add(Context ctx) {
    List<SuppressionRequest> items = body(ctx, SuppressionsRequest.class).items();
    if (items.isEmpty() || items.size() > MOST) {
      throw new InvalidException("items", "has 1 to " + MOST + " entries, not " + items.size());
    }
    String source = "api key \"" + Requests.key(ctx).name() + "\"";
    List<Suppression> suppressions = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      suppressions.add(suppression("items[" + i + "]", items.get(i), source));
    }
    int added = stores.suppressions().add(suppressions);
    ctx.status(201);
    json(ctx, new Added(added, suppressions.size() - added));
  }

  private Suppression suppression(String place, SuppressionRequest request, String source) {
    SuppressionReason reason =
        request
            .reason()
            .map(
                id ->
                    SuppressionReason.of(id)
                        .orElseThrow(
                            () ->
                                new InvalidException(
                                    place + ".reason", "\"" + id + "\" is no reason")))
            .orElse(SuppressionReason.MANUAL);
    return new Suppression(
        target(place, request), reason, source, request.note().orElse(""), clock.instant());
  }

  private static SuppressionTarget target(String place, SuppressionRequest request) {
    return switch (request.kind()) {
      case "address" ->
          new SuppressionTarget.Address(ListsApi.address(place + ".value", request.value()));
      case "domain" -> new SuppressionTarget.WholeDomain(domain(place + ".value", request.value()));
      default ->
          throw new InvalidException(place + ".kind", "is neither \"address\" nor \"domain\"");
    };
  }

  static Domain domain(String field, String written) {
    try {
      return Domain.parse(written);
    } catch (InvalidAddressException e) {
      throw new InvalidException(field, e.reason());
    }
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "kind", "reason", "value", "limit", "cursor");
    SuppressionFilter filter =
        new SuppressionFilter(
            Requests.query(ctx, "kind").map(SuppressionsApi::kind),
            Requests.query(ctx, "reason")
                .map(
                    id ->
                        SuppressionReason.of(id)
                            .orElseThrow(
                                () ->
                                    new InvalidException("reason", "\"" + id + "\" is no reason"))),
            Requests.query(ctx, "value"));
    int limit = Requests.limit(ctx);
    List<StoredSuppression> found =
        stores.suppressions().findPage(filter, Requests.cursor(ctx).orElse(0L), limit + 1);
    Requests.listing(ctx, Page.cut(found, limit, StoredSuppression::id), SuppressionView::of);
  }

  private void check(Context ctx) {
    Requests.allowQuery(ctx, "address");
    String written =
        Requests.query(ctx, "address")
            .orElseThrow(() -> new InvalidException("address", "is missing"));
    Optional<SuppressionView> by =
        stores
            .suppressions()
            .findCovering(ListsApi.address("address", written))
            .map(SuppressionView::of);
    json(ctx, new Check(written, by.isPresent(), by));
  }

  private void remove(Context ctx) {
    long id = id(ctx, "id");
    if (!stores.suppressions().remove(id)) {
      throw new NotFoundException("suppression", id);
    }
    ctx.status(204);
  }

  private static SuppressionTarget.Kind kind(String id) {
    return switch (id) {
      case "address" -> SuppressionTarget.Kind.ADDRESS;
      case "domain" -> SuppressionTarget.Kind.DOMAIN;
      default -> throw new InvalidException("kind", "is neither \"address\" nor \"domain\"");
    };
  }
}
