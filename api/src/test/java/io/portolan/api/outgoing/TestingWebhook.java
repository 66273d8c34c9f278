package io.portolan.api.outgoing;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.portolan.core.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that takes documents by POST, and fails as often as a test wants. Thread-safe. */
public final class TestingWebhook implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile String failing = "";
  private volatile CountDownLatch answers = new CountDownLatch(0);

  /** What came in, whether or not it was taken. */
  public record Call(String body, Optional<String> signature) {
    public JsonNode json() {
      return Json.read(body, JsonNode.class);
    }

    public String event() {
      return json().path("event").asText();
    }
  }

  public TestingWebhook() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      Call call =
          new Call(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
              Optional.ofNullable(exchange.getRequestHeaders().getFirst(SignedPost.HEADER)));
      calls.add(call);
      answers.await();
      boolean fails = call.event().equals(failing) && failures.getAndDecrement() > 0;
      exchange.sendResponseHeaders(fails ? 503 : 204, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the first calls of a kind fail. */
  public void fail(String event, int first) {
    failing = event;
    failures.set(first);
  }

  /** Takes calls and answers none of them until {@link #answer}. */
  public void fallSilent() {
    answers = new CountDownLatch(1);
  }

  /** Answers what waits, and what comes. */
  public void answer() {
    answers.countDown();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/alerts");
  }

  /** All calls so far, in their order. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Those of one kind. */
  public List<JsonNode> of(String event) {
    return calls.stream().filter(call -> call.event().equals(event)).map(Call::json).toList();
  }

  @Override
  public void close() {
    answer();
    server.stop(0);
    threads.shutdownNow();
  }
}
