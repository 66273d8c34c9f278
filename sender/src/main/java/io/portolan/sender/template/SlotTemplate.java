package io.portolan.sender.template;

import io.portolan.core.campaign.MissingField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template of text and plain fields alone, cut into its texts and slots: most subjects and many
 * bodies are such, and putting values into slots takes a fraction of what Handlebars takes.
 * Whatever is more than that, of the template or of a value, is left to Handlebars, so that there
 * is one rule of what comes out.
 *
 * <p>Immutable.
 */
final class SlotTemplate {
  private static final Pattern SLOT =
      Pattern.compile("\\{\\{\\{([A-Za-z_][A-Za-z0-9_]*)}}}|\\{\\{([A-Za-z_][A-Za-z0-9_]*)}}");

  /** Words of the language that are no fields. */
  private static final Set<String> WORDS =
      Set.of("this", "else", "true", "false", "null", "undefined", "as");

  private static final int ROOM_PER_SLOT = 32;

  private final String start;
  private final List<Slot> slots;
  private final int room;
  private final MissingField missing;

  private SlotTemplate(String start, List<Slot> slots, int room, MissingField missing) {
    this.start = start;
    this.slots = List.copyOf(slots);
    this.room = room;
    this.missing = missing;
  }

  /**
   * A field's place.
   *
   * @param escaped whether its value is escaped for HTML
   * @param after the text behind it
   */
  private record Slot(String field, boolean escaped, String after) {}

  /** A template's slots, if it has nothing else. */
  static Optional<SlotTemplate> of(TemplatePart part, String source, MissingField missing) {
    List<Slot> slots = new ArrayList<>();
    Matcher tag = SLOT.matcher(source);
    boolean found = tag.find();
    String start = found ? source.substring(0, tag.start()) : source;
    boolean plain = isText(start);
    while (found && plain) {
      boolean raw = tag.group(1) != null;
      String field = raw ? tag.group(1) : tag.group(2);
      int end = tag.end();
      found = tag.find();
      String after = source.substring(end, found ? tag.start() : source.length());
      plain = isText(after) && !WORDS.contains(field) && MergeHelpers.find(field) == null;
      slots.add(new Slot(field, part == TemplatePart.HTML && !raw, after));
    }
    return plain
        ? Optional.of(
            new SlotTemplate(start, slots, source.length() + ROOM_PER_SLOT * slots.size(), missing))
        : Optional.empty();
  }

  /** Whether a template is text and plain fields alone. */
  static boolean isOne(TemplatePart part, String source) {
    return of(part, source, MissingField.EMPTY).isPresent();
  }

  /** Whether Handlebars reads this as text, whatever stands beside it. */
  private static boolean isText(String text) {
    return !text.contains("{{") && !text.endsWith("{") && text.indexOf('\\') < 0;
  }

  /**
   * Puts the fields in.
   *
   * @param most characters
   * @return nothing where a field has to have a value and has none, where one is no text, number or
   *     flag, or where it becomes longer
   */
  Optional<String> render(Map<String, Object> fields, int most) {
    StringBuilder text = new StringBuilder(room).append(start);
    for (Slot slot : slots) {
      Object value = JsonResolver.value(fields, slot.field());
      if (value == null && !missing.isError()) {
        value = missing.value();
      }
      if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
        return Optional.empty();
      }
      String put = MergeHelpers.text(value);
      text.append(slot.escaped() ? HtmlEscape.escape(put) : put).append(slot.after());
      if (text.length() > most) {
        return Optional.empty();
      }
    }
    return Optional.of(text.toString());
  }
}
