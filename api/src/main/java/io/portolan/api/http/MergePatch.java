package io.portolan.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.portolan.core.InvalidException;
import io.portolan.core.json.Json;

/**
 * Applies JSON merge patches (RFC 7396): what the patch leaves out stays as it is, what it sets to
 * null goes back to nothing, objects are merged field by field.
 */
final class MergePatch {
  private static final String CONTENT_TYPE = "application/merge-patch+json";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private MergePatch() {}

  /**
   * The thing as it is to be.
   *
   * @param current as it is, in the form that requests have
   * @param type of the form
   */
  static <T> T apply(Context ctx, T current, Class<T> type) {
    String text = Requests.bodyText(ctx, CONTENT_TYPE);
    try {
      JsonNode patch = MAPPER.readTree(text);
      if (!patch.isObject()) {
        throw new InvalidException("document", "must be an object");
      }
      JsonNode merged = merge(MAPPER.readTree(Json.write(current)), patch);
      return Json.read(MAPPER.writeValueAsString(merged), type);
    } catch (JsonProcessingException e) {
      throw Json.refusal(e);
    }
  }

  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch;
    }
    ObjectNode merged = target.isObject() ? target.deepCopy() : MAPPER.createObjectNode();
    patch
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNull()) {
                merged.remove(field.getKey());
              } else {
                merged.set(field.getKey(), merge(merged.path(field.getKey()), field.getValue()));
              }
            });
    return merged;
  }
}
