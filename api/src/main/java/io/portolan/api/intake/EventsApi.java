package io.portolan.api.intake;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.security.RouteRole;
import io.portolan.api.webhook.Call;
import io.portolan.api.webhook.RefusedCallException;
import io.portolan.api.webhook.Webhooks;
import io.portolan.core.json.Json;
import io.portolan.core.mailbox.MailboxStore;
import io.portolan.core.mailbox.StoredMailbox;
import java.util.List;
import java.util.Optional;

/** The routes by which relays bring events, and the state of the mailboxes. */
public final class EventsApi {
  private static final String EVENTS = "/api/v1/events/{vendor}";
  private static final String RETRY_SECONDS = "5";

  private final Webhooks webhooks;
  private final MailboxStore mailboxes;

  public EventsApi(Webhooks webhooks, MailboxStore mailboxes) {
    this.webhooks = webhooks;
    this.mailboxes = mailboxes;
  }

  private record Mailboxes(List<StoredMailbox> items, Optional<String> nextCursor) {}

  /**
   * Adds the routes.
   *
   * @param open of routes that anybody may call: the vendor's signature is the access
   * @param read of routes that need a key to read
   */
  public void routes(RoutesConfig routes, RouteRole open, RouteRole read) {
    routes.post(EVENTS, ctx -> take(ctx, ctx.pathParam("vendor")), open);
    routes.post(EVENTS + "/{name}", ctx -> take(ctx, ctx.pathParam("name")), open);
    routes.get(
        "/api/v1/mailboxes",
        ctx -> json(ctx, new Mailboxes(mailboxes.list(), Optional.empty())),
        read);
  }

  private void take(Context ctx, String name) {
    try {
      json(
          ctx,
          webhooks.take(
              ctx.pathParam("vendor"),
              name,
              new Call(header -> Optional.ofNullable(ctx.header(header)), ctx.bodyAsBytes())));
    } catch (RefusedCallException e) {
      if (e.status() == 429 || e.status() == 503) {
        ctx.header("Retry-After", RETRY_SECONDS);
      }
      throw new HttpResponseException(e.status(), e.words());
    }
  }

  private static void json(Context ctx, Object value) {
    ctx.contentType("application/json").result(Json.write(value));
  }
}
