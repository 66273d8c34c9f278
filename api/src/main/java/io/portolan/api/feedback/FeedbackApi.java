package io.portolan.api.feedback;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.http.Access;
import io.portolan.api.http.ProblemException;
import io.portolan.api.http.Requests;
import io.portolan.core.InvalidException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackKind;
import io.portolan.core.feedback.OriginalMessage;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.Source;
import io.portolan.core.matching.FeedbackQuery;
import io.portolan.core.matching.FeedbackStore;
import io.portolan.core.matching.MatchingInbox;
import io.portolan.core.matching.StoredFeedback;
import io.portolan.sender.feedback.FeedbackReader;
import io.portolan.sender.intake.MailIntake;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What came back, and a way in for mail that somebody has in hand. */
public final class FeedbackApi {
  private static final String FEEDBACK = "/api/v1/feedback";
  private static final String MAIL = "message/rfc822";

  private final FeedbackStore store;
  private final MatchingInbox inbox;
  private final FeedbackReader reader;
  private final InstantSource clock;

  public FeedbackApi(
      FeedbackStore store, MatchingInbox inbox, FeedbackReader reader, InstantSource clock) {
    this.store = store;
    this.inbox = inbox;
    this.reader = reader;
    this.clock = clock;
  }

  /**
   * What became of a mail.
   *
   * @param result matched, unmatched, duplicate or ignored
   * @param dryRun whether nothing of it was done
   */
  record TakenJson(String result, boolean dryRun, StoredFeedback feedback) {}

  public void routes(RoutesConfig routes) {
    routes.get(FEEDBACK, this::list, Access.READ);
    routes.post(FEEDBACK + "/mail", this::mail, Access.OPERATE);
  }

  private void list(Context ctx) {
    Requests.allowQuery(
        ctx, "kind", "campaign", "delivery", "matched", "source", "since", "limit", "cursor");
    FeedbackQuery query =
        new FeedbackQuery(
            Requests.several(ctx, "kind", FeedbackKind::of, "kind of feedback"),
            Requests.number(ctx, "campaign"),
            Requests.number(ctx, "delivery"),
            flag(ctx, "matched"),
            Requests.query(ctx, "source").map(FeedbackApi::source),
            Requests.query(ctx, "since").map(FeedbackApi::since),
            Requests.cursor(ctx),
            Requests.limit(ctx));
    Requests.listing(ctx, store.page(query), feedback -> feedback);
  }

  private void mail(Context ctx) {
    Requests.allowQuery(ctx, "recipient", "dryRun");
    String type = ctx.contentType();
    if (type == null || !type.startsWith(MAIL)) {
      throw new ProblemException(
          415,
          "media-type",
          "Unsupported media type",
          "Send the mail as it is, with its headers, as " + MAIL + ".");
    }
    byte[] mail = ctx.bodyAsBytes();
    if (mail.length == 0) {
      throw new ProblemException(400, "no-body", "No body", "This call needs a mail.");
    }
    Optional<String> recipient = Requests.query(ctx, "recipient");
    boolean isDry = flag(ctx, "dryRun").orElse(false);
    Arrival arrival =
        new Arrival(
            sentTo(reader.read(mail), recipient),
            Source.API,
            MailIntake.key(mail, recipient),
            "api key \"" + Requests.key(ctx).name() + "\"",
            clock.instant());
    MatchingInbox.Taken taken = isDry ? inbox.tryOut(arrival) : inbox.takeWhole(arrival);
    Requests.json(ctx, new TakenJson(result(taken.receipt()), isDry, taken.feedback()));
  }

  private static Feedback sentTo(Feedback read, Optional<String> recipient) {
    OriginalMessage original = read.original();
    List<String> tokens =
        Stream.concat(recipient.stream(), original.tokens().stream()).distinct().toList();
    return new Feedback(
        read.kind(),
        read.feedbackType(),
        read.recipients(),
        original.withTokens(tokens),
        read.reportingMta(),
        read.arrivalDate());
  }

  private static String result(Receipt receipt) {
    return switch (receipt) {
      case Receipt.Matched _ -> "matched";
      case Receipt.Unmatched _ -> "unmatched";
      case Receipt.Duplicate _ -> "duplicate";
      case Receipt.Ignored _ -> "ignored";
    };
  }

  private static Optional<Boolean> flag(Context ctx, String name) {
    return Requests.query(ctx, name)
        .map(
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default ->
                      throw new InvalidException(
                          name, "is \"" + text + "\", and must be true or false");
                });
  }

  private static Source source(String id) {
    return Stream.of(Source.values())
        .filter(source -> source.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidException(
                    "source", "\"" + id + "\" is none of smtp, mailbox, webhook, api, link"));
  }

  private static Instant since(String text) {
    try {
      return Requests.instant("since", OffsetDateTime.parse(text));
    } catch (DateTimeParseException e) {
      throw new InvalidException(
          "since", "\"" + text + "\" is no time with an offset, such as 2026-11-24T12:00:00Z");
    }
  }
}
