package io.portolan.api.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.portolan.core.access.IdempotencyStore;
import io.portolan.core.access.IdempotentCall;
import io.portolan.core.access.IdempotentCall.Answer;
import io.portolan.core.database.DatabaseException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that makes something at most once for each {@code Idempotency-Key}: the same key with the
 * same request gets the first answer again.
 */
public final class Idempotent implements Handler {
  private static final Logger log = LoggerFactory.getLogger(Idempotent.class);

  private static final int LONGEST_KEY = 255;
  private static final Duration RENEWAL = Duration.ofMinutes(1);
  private static final int COMPLETIONS = 3;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final IdempotencyStore store;
  private final Handler call;
  private final boolean coversBody;

  private Idempotent(IdempotencyStore store, Handler call, boolean coversBody) {
    this.store = store;
    this.call = call;
    this.coversBody = coversBody;
  }

  public static Idempotent of(IdempotencyStore store, Handler call) {
    return new Idempotent(store, call, true);
  }

  /** For uploads: the request is told by path, query and length alone. */
  public static Idempotent ofUpload(IdempotencyStore store, Handler call) {
    return new Idempotent(store, call, false);
  }

  @Override
  public void handle(Context ctx) throws Exception {
    String key = ctx.header("Idempotency-Key");
    if (key == null) {
      call.handle(ctx);
      return;
    }
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new ProblemException(
          400,
          "idempotency-key",
          "Bad idempotency key",
          "Idempotency-Key has 1 to " + LONGEST_KEY + " characters.");
    }
    long apiKey = Requests.key(ctx).id();
    switch (store.begin(apiKey, key, fingerprint(ctx))) {
      case IdempotentCall.Started _ -> serve(ctx, apiKey, key);
      case IdempotentCall.Replay(Answer(int status, Optional<String> location, String body)) -> {
        location.ifPresent(place -> ctx.header("Location", place));
        ctx.header("Idempotent-Replayed", "true");
        ctx.status(status).contentType("application/json").result(body);
      }
      case IdempotentCall.Mismatch _ ->
          throw new ProblemException(
              422,
              "idempotency-key",
              "Idempotency key used otherwise",
              "This Idempotency-Key came with another request before. Use a new one for a new request.");
      case IdempotentCall.InProgress _ ->
          throw new ProblemException(
              409,
              "idempotency-key",
              "Still at work",
              "The first request with this Idempotency-Key is still being served. Try again in a moment.");
    }
  }

  private void serve(Context ctx, long apiKey, String key) throws Exception {
    CountDownLatch served = new CountDownLatch(1);
    Thread.ofVirtual().name("idempotency-key").start(() -> keep(apiKey, key, served));
    try {
      call.handle(ctx);
    } catch (Exception e) {
      // what failed made nothing; the same key may try again
      store.abandon(apiKey, key);
      throw e;
    } finally {
      served.countDown();
    }
    keepAnswer(
        apiKey,
        key,
        new Answer(
            ctx.statusCode(),
            Optional.ofNullable(ctx.res().getHeader("Location")),
            String.valueOf(ctx.result())));
  }

  /** Keeps the answer to a call that is served: its caller hears so, whatever becomes of this. */
  void keepAnswer(long apiKey, String key, Answer answer) {
    int left = COMPLETIONS;
    while (!isKept(apiKey, key, answer) && --left > 0) {
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        // not restored: an interrupted thread cannot write the answer to its caller
        left = 1;
      }
    }
  }

  private boolean isKept(long apiKey, String key, Answer answer) {
    try {
      if (!store.complete(apiKey, key, answer)) {
        log.warn(
            "The answer {} to a call of API key {} came after its Idempotency-Key was taken over: what it makes may be there twice",
            answer.status(),
            apiKey);
      }
      return true;
    } catch (DatabaseException e) {
      log.warn(
          "The answer {} to a call of API key {} could not be kept", answer.status(), apiKey, e);
      return false;
    }
  }

  /** Renews the claim of a call for as long as it is served. */
  private void keep(long apiKey, String key, CountDownLatch served) {
    try {
      while (!served.await(RENEWAL.toSeconds(), TimeUnit.SECONDS)) {
        try {
          if (!store.renew(apiKey, key)) {
            return; // whoever serves the call hears of it when it keeps its answer
          }
        } catch (DatabaseException e) {
          log.debug("an idempotency key is renewed when the database is back", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String fingerprint(Context ctx) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String query = ctx.queryString();
      String head = ctx.method() + " " + ctx.path() + "?" + (query == null ? "" : query) + "\n";
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      if (coversBody) {
        digest.update(ctx.bodyAsBytes());
      } else {
        digest.update(Long.toString(ctx.contentLength()).getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
