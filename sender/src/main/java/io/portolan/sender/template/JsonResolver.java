package io.portolan.sender.template;

import com.github.jknack.handlebars.ValueResolver;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields in JSON objects alone. Anything else has no fields, so that a template cannot reach
 * into Java objects. A blank string counts as no value: it is what a CSV has where nothing is
 * known.
 */
final class JsonResolver implements ValueResolver {
  static final JsonResolver INSTANCE = new JsonResolver();

  private JsonResolver() {}

  @Override
  @SuppressWarnings(
      "NullAway") // the library has no annotations, and takes null for "is there, without a value"
  public @Nullable Object resolve(Object context, String name) {
    if (!(context instanceof Map<?, ?> object)) {
      return UNRESOLVED;
    }
    Object value = value(object, name);
    return value == null && !object.containsKey(name) ? UNRESOLVED : value;
  }

  /** The value of a field; null if it has none. */
  static @Nullable Object value(Map<?, ?> object, String name) {
    Object value = object.get(name);
    return value instanceof String text && text.isBlank() ? null : value;
  }

  @Override
  public Object resolve(Object context) {
    return UNRESOLVED;
  }

  @Override
  public Set<Map.Entry<String, Object>> propertySet(Object context) {
    Set<Map.Entry<String, Object>> properties = new LinkedHashSet<>();
    if (context instanceof Map<?, ?> object) {
      object.forEach(
          (name, value) ->
              properties.add(Map.entry(String.valueOf(name), value == null ? "" : value)));
    }
    return properties;
  }
}
