package io.portolan.api.suppression;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.privacy.RecipientData;
import io.portolan.core.suppression.Unsubscriptions;
import java.time.InstantSource;

/** What a recipient may ask for: everything that is kept, to be forgotten, to be back. */
public final class PrivacyApi {
  private static final String DATA = "/api/v1/recipients/data";

  private final RecipientData data;
  private final Unsubscriptions unsubscriptions;
  private final InstantSource clock;

  public PrivacyApi(RecipientData data, Unsubscriptions unsubscriptions, InstantSource clock) {
    this.data = data;
    this.unsubscriptions = unsubscriptions;
    this.clock = clock;
  }

  record EraseRequest(String address) {}

  record Resubscribed(int lifted) {}

  public void routes(RoutesConfig routes) {
    routes.get(DATA, this::export, Access.ADMIN);
    routes.post("/api/v1/recipients/erase", this::erase, Access.ADMIN);
    routes.post("/api/v1/deliveries/{id}/resubscribe", this::resubscribe, Access.OPERATE);
  }

  private void export(Context ctx) {
    Requests.allowQuery(ctx, "address");
    String written =
        Requests.query(ctx, "address")
            .orElseThrow(() -> new InvalidException("address", "is missing"));
    ctx.contentType("application/json").result(data.export(Requests.address("address", written)));
  }

  private void erase(Context ctx) {
    String written = body(ctx, EraseRequest.class).address();
    json(
        ctx,
        data.erase(
            Requests.address("address", written), SuppressionsApi.who(ctx), clock.instant()));
  }

  private void resubscribe(Context ctx) {
    long id = id(ctx, "id");
    json(
        ctx,
        new Resubscribed(
            unsubscriptions
                .resubscribe(id, SuppressionsApi.who(ctx))
                .orElseThrow(() -> new NotFoundException("delivery", id))));
  }
}
