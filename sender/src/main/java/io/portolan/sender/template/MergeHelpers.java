package io.portolan.sender.template;

import com.github.jknack.handlebars.Helper;
import com.github.jknack.handlebars.Options;
import com.github.jknack.handlebars.TagType;
import com.github.jknack.handlebars.helper.EachHelper;
import com.github.jknack.handlebars.helper.IfHelper;
import com.github.jknack.handlebars.helper.UnlessHelper;
import com.github.jknack.handlebars.helper.WithHelper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The helpers that templates may use; there are no others.
 *
 * <ul>
 *   <li>{@code {{#if field}} {{else}} {{/if}}}, {@code {{#unless field}}}, {@code {{#each list}}},
 *       {@code {{#with object}}}: as in Handlebars.
 *   <li>{@code {{default field "value"}}}: the value if the field has none; never an error.
 *   <li>{@code {{upper field}}}, {@code {{lower field}}}: in capitals, in small letters.
 *   <li>{@code {{#if (eq field "value")}}}: whether both have the same text.
 *   <li>{@code {{formatDate field "d MMMM yyyy" "de"}}}: a date ({@code 2026-11-24}) or time with
 *       offset, by a pattern of {@link DateTimeFormatter} and a language tag, English if none.
 * </ul>
 */
final class MergeHelpers {
  private static final int MAX_PLAIN_DIGITS = 40;

  private static final Map<String, Helper<?>> HELPERS =
      new TreeMap<>(
          Map.of(
              IfHelper.NAME,
              IfHelper.INSTANCE,
              UnlessHelper.NAME,
              UnlessHelper.INSTANCE,
              EachHelper.NAME,
              Growth.EACH,
              WithHelper.NAME,
              WithHelper.INSTANCE,
              "default",
              helper(MergeHelpers::orDefault),
              "upper",
              helper(
                  (value, options) ->
                      changed(value, options, text -> text.toUpperCase(Locale.ROOT))),
              "lower",
              helper(
                  (value, options) ->
                      changed(value, options, text -> text.toLowerCase(Locale.ROOT))),
              "eq",
              helper(MergeHelpers::equal),
              "formatDate",
              helper(MergeHelpers::formatted)));

  private MergeHelpers() {}

  static @Nullable Helper<?> find(String name) {
    return HELPERS.get(name);
  }

  /** The refusal of a helper that is not offered. */
  static String unknown(String name) {
    return "there is no helper \""
        + name
        + "\"; the helpers are "
        + String.join(", ", HELPERS.keySet());
  }

  /**
   * The text of a JSON value: numbers without exponent, lists with commas.
   *
   * @throws MergeException for an object, which has no text
   */
  static String text(Object value) {
    return switch (value) {
      case CharSequence text -> text.toString();
      case Double number -> plain(number);
      case Float number -> plain(number.doubleValue());
      case BigDecimal number -> plain(number);
      case Collection<?> list ->
          list.stream().map(MergeHelpers::element).collect(Collectors.joining(", "));
      case Map<?, ?> object ->
          throw new MergeException(
              "an object is found where a text must stand; name one of its fields: "
                  + names(object));
      default -> value.toString();
    };
  }

  private static String element(@Nullable Object value) {
    return value == null ? "" : text(value);
  }

  private static String names(Map<?, ?> object) {
    return object.keySet().stream()
        .map(String::valueOf)
        .sorted()
        .limit(10)
        .collect(Collectors.joining(", "));
  }

  private static String plain(double number) {
    if (!Double.isFinite(number)) {
      return Double.toString(number);
    }
    BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    return plain(shortest.signum() == 0 ? BigDecimal.ZERO : shortest);
  }

  private static String plain(BigDecimal number) {
    long digits = Math.max((long) number.precision() - number.scale(), number.scale());
    boolean isShort = digits <= MAX_PLAIN_DIGITS;
    return isShort ? number.toPlainString() : number.toString();
  }

  private static Object orDefault(@Nullable Object value, Options options) {
    Object other = options.params.length == 0 ? null : options.params[0];
    if (value != null) {
      return value;
    }
    return other == null ? "" : other;
  }

  private static Object changed(
      @Nullable Object value, Options options, UnaryOperator<String> change) throws IOException {
    return value == null ? missing(options) : change.apply(text(value));
  }

  private static Object equal(@Nullable Object value, Options options) throws IOException {
    Object other = options.params.length == 0 ? null : options.params[0];
    boolean equal =
        Objects.equals(value == null ? null : text(value), other == null ? null : text(other));
    if (options.tagType == TagType.SECTION) {
      return equal ? options.fn() : options.inverse();
    }
    return equal;
  }

  private static Object formatted(@Nullable Object value, Options options) throws IOException {
    if (value == null) {
      return missing(options);
    }
    List<String> params = List.of(options.params).stream().map(MergeHelpers::text).toList();
    if (params.isEmpty()) {
      throw new MergeException(
          "formatDate needs a pattern, as in {{formatDate field \"d MMMM yyyy\"}}");
    }
    Locale locale = params.size() > 1 ? Locale.forLanguageTag(params.get(1)) : Locale.ENGLISH;
    String text = text(value);
    try {
      return DateTimeFormatter.ofPattern(params.getFirst(), locale).format(date(text));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MergeException(
          "formatDate cannot write \""
              + text
              + "\" as \""
              + params.getFirst()
              + "\": "
              + e.getMessage());
    }
  }

  private static TemporalAccessor date(String text) {
    return text.indexOf('T') < 0
        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC)
        : OffsetDateTime.parse(text);
  }

  /** What the campaign wants in place of a field without a value. */
  private static Object missing(Options options) throws IOException {
    Helper<Object> missing =
        options.handlebars.helper(com.github.jknack.handlebars.HelperRegistry.HELPER_MISSING);
    return missing.apply(null, options);
  }

  private static Helper<Object> helper(Helper<Object> helper) {
    return helper;
  }
}
