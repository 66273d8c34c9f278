package io.portolan.api.suppression;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.core.address.Domain;
import io.portolan.core.matching.MatchingInbox;
import io.portolan.core.suppression.Unsubscriptions;
import io.portolan.core.suppression.Unsubscriptions.Extent;
import io.portolan.core.suppression.Unsubscriptions.Mail;
import io.portolan.core.suppression.Unsubscriptions.Unsubscribed;
import io.portolan.sender.message.MessageSettings;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.message.Tokens.Purpose;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The unsubscribe endpoint (RFC 8058): POST acts at once, without cookies, login or redirect; GET
 * shows a page with buttons and changes nothing, since scanners follow links. The one click of a
 * mail program means the campaign's list; the page offers everything of the sender too, and a way
 * back.
 */
public final class UnsubscribePages {
  private static final String PAGE =
      """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <meta name="robots" content="noindex"><title>Unsubscribe</title><link rel="icon" href="data:,">
      <style>body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:14vh auto 0;padding:0 1.2rem;color:#1c2733}
      button{font:inherit;padding:.7rem 1.2rem;margin:0 0 .8rem;border:0;border-radius:.4rem;background:#23527c;color:#fff;cursor:pointer;max-width:100%}
      button.less{background:#e7ecf1;color:#1c2733}</style></head>
      <body><h1>{title}</h1><p>{text}</p>{form}</body></html>
      """;

  private static final String LIST_BUTTON =
      "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">"
          + "<button type=\"submit\">Unsubscribe</button></form>";

  private static final String SENDER_BUTTON =
      "<form method=\"post\"><input type=\"hidden\" name=\"from\" value=\"sender\">"
          + "<button class=\"less\" type=\"submit\">Unsubscribe from everything from {domain}</button></form>";

  private static final String UNDO =
      "<form method=\"post\" action=\"{action}\"><button class=\"less\" type=\"submit\">{label}</button></form>";

  private static final String PATH = MessageSettings.UNSUBSCRIBE_PATH;

  private final Tokens tokens;
  private final Unsubscriptions unsubscriptions;
  private final MatchingInbox inbox;
  private final InstantSource clock;

  public UnsubscribePages(
      Tokens tokens, Unsubscriptions unsubscriptions, MatchingInbox inbox, InstantSource clock) {
    this.tokens = tokens;
    this.unsubscriptions = unsubscriptions;
    this.inbox = inbox;
    this.clock = clock;
  }

  public void routes(RoutesConfig routes) {
    routes.get(PATH + "{token}", this::show, Access.OPEN);
    routes.head(PATH + "{token}", this::show, Access.OPEN);
    routes.post(PATH + "{token}", this::unsubscribe, Access.OPEN);
    routes.get(PATH + "undo/{token}", this::showUndo, Access.OPEN);
    routes.head(PATH + "undo/{token}", this::showUndo, Access.OPEN);
    routes.post(PATH + "undo/{token}", this::undo, Access.OPEN);
  }

  private void show(Context ctx) {
    Optional<Mail> mail = mail(ctx, Purpose.UNSUBSCRIBE);
    if (mail.isEmpty()) {
      unknownLink(ctx);
      return;
    }
    String more =
        mail.get()
            .origin()
            .sendingDomain()
            .map(Domain::name)
            .map(domain -> SENDER_BUTTON.replace("{domain}", domain))
            .orElse("");
    page(
        ctx,
        "Unsubscribe",
        "Press the button, and you will get no more of these messages.",
        LIST_BUTTON + more);
  }

  private void unsubscribe(Context ctx) {
    Extent extent = "sender".equals(form(ctx, "from")) ? Extent.SENDER : Extent.LIST;
    String source = form(ctx, "List-Unsubscribe").isEmpty() ? "page" : "one-click";
    OptionalLong delivery = tokens.verify(Purpose.UNSUBSCRIBE, ctx.pathParam("token"));
    Optional<Unsubscribed> done =
        delivery.isEmpty()
            ? Optional.empty()
            : inbox.unsubscribe(delivery.getAsLong(), extent, source, clock.instant());
    if (done.isEmpty()) {
      unknownLink(ctx);
      return;
    }
    Mail mail = done.get().mail();
    String what =
        extent == Extent.LIST
            ? "of these messages"
            : mail.origin()
                .sendingDomain()
                .map(domain -> "messages from " + domain.name())
                .orElse("of these messages");
    page(
        ctx,
        "You are unsubscribed",
        "You will get no more " + what + ". Was it a mistake?",
        button("undo/" + tokens.sign(Purpose.RESUBSCRIBE, mail.deliveryId()), "Take it back"));
  }

  private void showUndo(Context ctx) {
    if (mail(ctx, Purpose.RESUBSCRIBE).isEmpty()) {
      unknownLink(ctx);
      return;
    }
    page(
        ctx,
        "Subscribe again",
        "Press the button, and you will get these messages again.",
        button("", "Subscribe again"));
  }

  private void undo(Context ctx) {
    OptionalLong delivery = tokens.verify(Purpose.RESUBSCRIBE, ctx.pathParam("token"));
    if (delivery.isEmpty() || unsubscriptions.resubscribe(delivery.getAsLong(), "page").isEmpty()) {
      unknownLink(ctx);
      return;
    }
    page(
        ctx,
        "You are subscribed again",
        "Your unsubscription is taken back.",
        button(
            "../" + tokens.sign(Purpose.UNSUBSCRIBE, delivery.getAsLong()),
            "Unsubscribe after all"));
  }

  private Optional<Mail> mail(Context ctx, Purpose purpose) {
    OptionalLong id = tokens.verify(purpose, ctx.pathParam("token"));
    return id.isEmpty() ? Optional.empty() : unsubscriptions.find(id.getAsLong());
  }

  /** A field of a form; empty where the body is none, since whatever is posted unsubscribes. */
  private static String form(Context ctx, String name) {
    String type = String.valueOf(ctx.contentType());
    if (!type.startsWith("application/x-www-form-urlencoded")) {
      return "";
    }
    String value = ctx.formParam(name);
    return value == null ? "" : value;
  }

  private static String button(String action, String label) {
    return UNDO.replace("{action}", action).replace("{label}", label);
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
        .header("Referrer-Policy", "no-referrer")
        .contentType("text/html; charset=utf-8")
        .result(PAGE.replace("{title}", title).replace("{text}", text).replace("{form}", form));
  }
}
