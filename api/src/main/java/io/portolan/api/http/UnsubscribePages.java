package io.portolan.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.progress.DeliveryHead;
import io.portolan.core.progress.DeliveryStore;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionStore;
import io.portolan.core.suppression.SuppressionTarget;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The unsubscribe endpoint (RFC 8058): POST acts at once, without cookies, login or redirect; GET
 * shows a page with a button and changes nothing, since scanners follow links.
 */
final class UnsubscribePages {
  private static final String PAGE =
      """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <meta name="robots" content="noindex"><title>Unsubscribe</title><link rel="icon" href="data:,">
      <style>body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.2rem;color:#1c2733}
      button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#23527c;color:#fff;cursor:pointer}</style></head>
      <body><h1>{title}</h1><p>{text}</p>{form}</body></html>
      """;

  private static final String BUTTON =
      "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">"
          + "<button type=\"submit\">Unsubscribe</button></form>";

  private final Tokens tokens;
  private final DeliveryStore deliveries;
  private final SuppressionStore suppressions;
  private final InstantSource clock;

  UnsubscribePages(
      Tokens tokens, DeliveryStore deliveries, SuppressionStore suppressions, InstantSource clock) {
    this.tokens = tokens;
    this.deliveries = deliveries;
    this.suppressions = suppressions;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    String path = MessageSettings.UNSUBSCRIBE_PATH + "{token}";
    routes.get(path, this::show, Access.OPEN);
    routes.post(path, this::unsubscribe, Access.OPEN);
  }

  private void show(Context ctx) {
    if (delivery(ctx).isEmpty()) {
      unknownLink(ctx);
      return;
    }
    page(
        ctx,
        "Unsubscribe",
        "Press the button, and you will get no more of these messages.",
        BUTTON);
  }

  private void unsubscribe(Context ctx) {
    Optional<DeliveryHead> known = delivery(ctx);
    if (known.isEmpty()) {
      unknownLink(ctx);
      return;
    }
    DeliveryHead delivery = known.get();
    suppressions.add(
        List.of(
            new Suppression(
                new SuppressionTarget.Address(EmailAddress.parse(delivery.address())),
                SuppressionReason.UNSUBSCRIBE,
                "campaign " + delivery.campaignId(),
                "",
                clock.instant())));
    page(ctx, "You are unsubscribed", "You will get no more of these messages.", "");
  }

  private Optional<DeliveryHead> delivery(Context ctx) {
    OptionalLong id = tokens.verify(Tokens.Purpose.UNSUBSCRIBE, ctx.pathParam("token"));
    return id.isEmpty()
        ? Optional.empty()
        : deliveries.find(id.getAsLong()).map(each -> each.head());
  }

  /** People open these links, so that this is a page too. */
  private static void unknownLink(Context ctx) {
    ctx.status(404);
    page(
        ctx,
        "This link does not work",
        "It is not complete, or the message it came with is no longer known here. Open the link in"
            + " the message again, or answer the message and ask to be taken off the list.",
        "");
  }

  private static void page(Context ctx, String title, String text, String form) {
    ctx.header("Cache-Control", "no-store")
        .contentType("text/html; charset=utf-8")
        .result(PAGE.replace("{title}", title).replace("{text}", text).replace("{form}", form));
  }
}
