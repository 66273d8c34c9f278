package io.portolan.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/** A client of the API. Thread-safe. */
public final class ApiClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "application/json";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  // a slow line still carries this much
  private static final long BYTES_PER_SECOND = 64 * 1024;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String base;
  private final String apiKey;

  /**
   * @param base such as {@code http://127.0.0.1:8025}; may have a path, behind a proxy
   */
  public ApiClient(URI base, String apiKey) {
    this.base = base.toString().replaceAll("/+$", "");
    this.apiKey = apiKey;
  }

  public JsonNode get(String path) {
    return json(send("GET", path, BodyPublishers.noBody(), JSON_TYPE, JSON_TYPE));
  }

  /** A document that is not JSON, such as a report as CSV or the policy as YAML. */
  public String getText(String path, String accept) {
    return send("GET", path, BodyPublishers.noBody(), JSON_TYPE, accept);
  }

  public JsonNode post(String path, Object body) {
    return post(path, body, PATIENCE);
  }

  /**
   * Posts a body to a call that may take longer than usual.
   *
   * @param patience how long
   */
  public JsonNode post(String path, Object body, Duration patience) {
    return json(send("POST", path, publisher(body), JSON_TYPE, JSON_TYPE, patience));
  }

  /** Changes a thing by a merge patch, in which null takes a value away. */
  public JsonNode patch(String path, Object body) {
    return json(send("PATCH", path, publisher(body), JSON_TYPE, JSON_TYPE));
  }

  public JsonNode post(String path) {
    return json(send("POST", path, BodyPublishers.noBody(), JSON_TYPE, JSON_TYPE));
  }

  public JsonNode put(String path, Object body) {
    return json(send("PUT", path, publisher(body), JSON_TYPE, JSON_TYPE));
  }

  public void delete(String path) {
    send("DELETE", path, BodyPublishers.noBody(), JSON_TYPE, JSON_TYPE);
  }

  /** Sends a document as it is. */
  public JsonNode postText(String path, String text, String contentType) {
    return json(send("POST", path, BodyPublishers.ofString(text), contentType, JSON_TYPE));
  }

  public JsonNode postFile(String path, Path file, String contentType) throws IOException {
    Duration patience = PATIENCE.plusSeconds(Files.size(file) / BYTES_PER_SECOND);
    return json(send("POST", path, BodyPublishers.ofFile(file), contentType, JSON_TYPE, patience));
  }

  /** A text as a part of a path or of a query. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.close();
  }

  private String send(
      String method, String path, BodyPublisher body, String contentType, String accept) {
    return send(method, path, body, contentType, accept, PATIENCE);
  }

  private String send(
      String method,
      String path,
      BodyPublisher body,
      String contentType,
      String accept,
      Duration patience) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(patience)
            .header("Authorization", "Bearer " + apiKey)
            .header("Accept", accept)
            .method(method, body);
    if (!method.equals("GET") && !method.equals("DELETE")) {
      request.header("Content-Type", contentType);
      request.header("Idempotency-Key", UUID.randomUUID().toString());
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() >= 400) {
        throw refusal(response);
      }
      return response.body();
    } catch (HttpConnectTimeoutException e) {
      throw unreachable(e);
    } catch (HttpTimeoutException e) {
      throw new ApiException(
          ApiException.NO_ANSWER,
          "Portolan at "
              + base
              + " took the call and did not answer within "
              + patience.toSeconds()
              + " s. It may still do what was asked: look before you repeat it.");
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(ApiException.NO_ANSWER, "interrupted");
    }
  }

  private ApiException unreachable(IOException e) {
    return new ApiException(
        ApiException.NO_ANSWER,
        "Portolan cannot be reached at "
            + base
            + " ("
            + e
            + "). Start it with \"portolan serve\", or name another address with --url or PORTOLAN_URL.");
  }

  private static ApiException refusal(HttpResponse<String> response) {
    StringBuilder message = new StringBuilder();
    try {
      JsonNode problem = JSON.readTree(response.body());
      String detail = problem.path("detail").asText(problem.path("title").asText());
      message.append(detail);
      for (JsonNode error : problem.path("errors")) {
        String reason = error.path("reason").asText();
        if (!detail.contains(reason)) { // a single one is told by the detail
          message.append("\n  ").append(error.path("field").asText()).append(": ").append(reason);
        }
      }
    } catch (JsonProcessingException e) {
      message.append("HTTP ").append(response.statusCode());
    }
    return new ApiException(response.statusCode(), message.toString());
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ApiException(0, "The answer is not JSON: " + e.getOriginalMessage());
    }
  }

  private static BodyPublisher publisher(Object body) {
    try {
      return BodyPublishers.ofString(JSON.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + body, e);
    }
  }
}
