package io.portolan.api.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.feedback.Arrival;
import io.portolan.core.feedback.Feedback;
import io.portolan.core.feedback.FeedbackInbox;
import io.portolan.core.feedback.Receipt;
import io.portolan.core.feedback.Source;
import io.portolan.core.relay.SecretException;
import io.portolan.core.relay.Secrets;
import io.portolan.sender.intake.IntakeCounts;
import io.portolan.sender.intake.SignedTokens;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events of relays. A call is obeyed when the vendor's signature proves it, and answered when
 * all that it brought is committed. Thread-safe.
 */
public final class Webhooks implements AutoCloseable {
  /** Of one call. */
  public static final int MOST_BYTES = 2 * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(Webhooks.class);
  private static final int MOST_CALLS = 16;
  private static final int MOST_EVENTS = 10_000;
  private static final int DEEPEST = 50;

  private final ObjectMapper json =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .build();
  private final Map<String, Webhook> webhooks;
  private final Parts parts;
  private final Signatures signatures;
  private final SnsMessages sns;
  private final AmazonFetcher fetcher = new AmazonFetcher();
  private final Semaphore free = new Semaphore(MOST_CALLS);

  /**
   * What calls are answered with.
   *
   * @param reader reads one event, as JSON; throws nothing
   * @param tokens finds what we signed in an event
   */
  public record Parts(
      Function<String, List<Feedback>> reader,
      FeedbackInbox inbox,
      SignedTokens tokens,
      IntakeCounts counts,
      Secrets secrets,
      InstantSource clock) {}

  /** How many events of a call there were, and of each what became of it. */
  public record Taken(int events, int matched, int unmatched, int duplicates, int ignored) {}

  public Webhooks(List<Webhook> webhooks, Parts parts) {
    this(webhooks, parts, Optional.empty());
  }

  /**
   * @param amazon in place of Amazon's own servers
   */
  Webhooks(List<Webhook> webhooks, Parts parts, Optional<SnsMessages.Fetcher> amazon) {
    this.webhooks = webhooks.stream().collect(Collectors.toMap(Webhook::name, each -> each));
    this.parts = parts;
    signatures = new Signatures(parts.clock());
    sns = new SnsMessages(signatures, amazon.orElse(fetcher), parts.clock());
  }

  /** Those that are configured. */
  public List<Webhook> list() {
    return List.copyOf(webhooks.values());
  }

  /**
   * Takes the events of a call.
   *
   * @throws RefusedCallException if the call is not obeyed
   * @throws DatabaseException if not all of it could be committed; what was, counts once when the
   *     call is made again
   */
  public Taken take(String vendor, String name, Call call) throws RefusedCallException {
    try {
      Webhook webhook = webhook(vendor, name);
      if (call.body().length > MOST_BYTES) {
        throw RefusedCallException.tooLong("A call may bring at most " + MOST_BYTES + " bytes.");
      }
      if (webhook.vendor() != Vendor.SES) {
        return oneOfFew(() -> proved(webhook, call));
      }
      JsonNode message = oneOfFew(() -> parsed(call));
      // Amazon may be slow: nobody else waits for that
      sns.prepare(message, webhook.topic());
      return oneOfFew(() -> ofSes(webhook, message));
    } catch (RefusedCallException e) {
      parts
          .counts()
          .count(
              Source.WEBHOOK,
              e.status() == 413 || e.status() == 429
                  ? IntakeCounts.Result.LIMITED
                  : IntakeCounts.Result.REFUSED);
      throw e;
    }
  }

  /** What a call needs the processor and the database for. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws RefusedCallException;
  }

  private <T> T oneOfFew(Work<T> work) throws RefusedCallException {
    if (!free.tryAcquire()) {
      throw RefusedCallException.busy("Too many calls at once; try again later.");
    }
    try {
      return work.run();
    } finally {
      free.release();
    }
  }

  @Override
  public void close() {
    fetcher.close();
  }

  private Webhook webhook(String vendor, String name) throws RefusedCallException {
    Webhook webhook = webhooks.get(name);
    if (webhook == null || !webhook.vendor().id().equals(vendor)) {
      throw RefusedCallException.unknown("There is no such webhook.");
    }
    return webhook;
  }

  private Taken proved(Webhook webhook, Call call) throws RefusedCallException {
    String secret = secret(webhook);
    return switch (webhook.vendor()) {
      case SES -> throw new IllegalArgumentException("what Amazon sends is proved by ofSes");
      case MAILGUN -> ofMailgun(webhook, parsed(call), secret);
      case SENDGRID -> {
        signatures.sendGrid(call, secret);
        yield taken(webhook, parsed(call));
      }
      case POSTMARK, SPARKPOST -> {
        Signatures.login(call, secret);
        yield taken(webhook, parsed(call));
      }
      case GENERIC -> {
        signatures.ours(call, secret);
        yield taken(webhook, parsed(call));
      }
    };
  }

  private Taken ofSes(Webhook webhook, JsonNode message) throws RefusedCallException {
    sns.verify(message, webhook.topic());
    if (SnsMessages.isSubscription(message)) {
      sns.confirm(message);
      log.info("The subscription of the webhook {} is confirmed", webhook.name());
      return new Taken(0, 0, 0, 0, 0);
    }
    if (SnsMessages.isUnsubscription(message)) {
      log.warn(
          "Amazon has ended the subscription of the webhook {}: no more bounces and complaints come"
              + " in by it. Subscribe its URL to the topic {} again.",
          webhook.name(),
          webhook.topic());
      return new Taken(0, 0, 0, 0, 0);
    }
    return taken(webhook, message);
  }

  private Taken ofMailgun(Webhook webhook, JsonNode call, String key) throws RefusedCallException {
    JsonNode signature = call.path("signature");
    signatures.mailgun(
        signature.path("timestamp").asText(""),
        signature.path("token").asText(""),
        signature.path("signature").asText(""),
        key);
    return taken(webhook, call);
  }

  private Taken taken(Webhook webhook, JsonNode document) throws RefusedCallException {
    List<JsonNode> events = new ArrayList<>();
    (document.isArray() ? document : List.of(document)).forEach(events::add);
    if (events.size() > MOST_EVENTS) {
      throw RefusedCallException.tooLong("A call may bring at most " + MOST_EVENTS + " events.");
    }
    int matched = 0;
    int unmatched = 0;
    int duplicates = 0;
    int ignored = 0;
    for (JsonNode event : events) {
      switch (taken(
          webhook, event.toString(), EventKeys.of(webhook.name(), webhook.vendor(), event))) {
        case Receipt.Matched _ -> matched++;
        case Receipt.Unmatched _ -> unmatched++;
        case Receipt.Duplicate _ -> duplicates++;
        case Receipt.Ignored _ -> ignored++;
      }
    }
    return new Taken(events.size(), matched, unmatched, duplicates, ignored);
  }

  private Receipt taken(Webhook webhook, String event, String key) {
    Receipt receipt = new Receipt.Ignored();
    for (Feedback feedback : parts.reader().apply(event)) {
      receipt =
          parts
              .inbox()
              .take(
                  new Arrival(
                      parts.tokens().added(feedback, event),
                      Source.WEBHOOK,
                      key,
                      webhook.name(),
                      parts.clock().instant()));
    }
    // the signature proves the token alone: it is used up by whatever it stood on first
    if (webhook.vendor() == Vendor.MAILGUN && receipt instanceof Receipt.Ignored) {
      parts.inbox().spend(key, parts.clock().instant());
    }
    parts.counts().taken(Source.WEBHOOK, receipt);
    return receipt;
  }

  private String secret(Webhook webhook) throws RefusedCallException {
    try {
      return parts.secrets().resolve(webhook.secret());
    } catch (SecretException e) {
      log.warn("The webhook {} has no secret: {}", webhook.name(), e.getMessage());
      throw RefusedCallException.later("The webhook is not ready; its log says why.");
    }
  }

  private JsonNode parsed(Call call) throws RefusedCallException {
    try {
      JsonNode document = json.readTree(call.text());
      if (document != null && (document.isObject() || document.isArray())) {
        return document;
      }
    } catch (JsonProcessingException e) {
      log.debug("a call of a webhook is no JSON", e);
    }
    throw RefusedCallException.unreadable("The body is no JSON.");
  }
}
