package io.portolan.sender.template;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.Handlebars;
import com.github.jknack.handlebars.HandlebarsError;
import com.github.jknack.handlebars.HandlebarsException;
import com.github.jknack.handlebars.Template;
import io.portolan.core.InvalidException;
import io.portolan.core.campaign.MissingField;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One part of a campaign's content, compiled: Handlebars with the helpers of {@link MergeHelpers}
 * and nothing that reaches outside the template. Fields are JSON values; a field that is absent,
 * null or blank has no value, and the campaign's {@link MissingField} says what becomes of it.
 *
 * <ul>
 *   <li>HTML: values are escaped. {@code {{{field}}}} puts a value in as HTML, for who keeps HTML
 *       in attributes and trusts their source.
 *   <li>Text: values stand as they are.
 *   <li>Subject: values stand as they are, and the writer of the message makes the whole one line:
 *       no break, control character or lone surrogate of a field gets into the header.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class MergeTemplate {
  private static final int MAX_SOURCE = 1_000_000;
  private static final int MAX_RENDERED = 4_000_000;

  /** What is made on the way counts more than once. */
  private static final long MAX_MADE = 4L * MAX_RENDERED;

  private final TemplatePart part;
  private final String source;
  private final Template template;
  private final List<Run> runs;
  private final List<Varying> varying;
  private final int fixedLength;

  private MergeTemplate(
      TemplatePart part, String source, MissingField missing, List<Run> runs, Handlebars engine)
      throws IOException {
    this.part = part;
    this.source = source;
    template = engine.compileInline(source);
    this.runs = runs;
    varying = new ArrayList<>();
    int fixed = 0;
    for (Run run : runs) {
      if (run.varies()) {
        // as the whole if it is the whole
        Template own = runs.size() == 1 ? template : engine.compileInline(run.text());
        varying.add(new Varying(SlotTemplate.of(part, run.text(), missing), own));
      } else {
        fixed += run.text().length();
      }
    }
    fixedLength = fixed;
  }

  /**
   * Lines of a template, with their ends.
   *
   * @param text of the template
   * @param varies whether a tag or block is in them, so that each recipient may get others
   */
  public record Run(String text, boolean varies) {}

  /** What renders a run that varies: slots if it has nothing else, and Handlebars where not. */
  private record Varying(Optional<SlotTemplate> slots, Template template) {}

  /**
   * Reads a template.
   *
   * @throws InvalidException if it is none, with the place and a reason
   */
  public static MergeTemplate compile(TemplatePart part, String source, MissingField missingField) {
    if (source.length() > MAX_SOURCE) {
      throw part.refused(
          "is " + source.length() + " characters long; " + MAX_SOURCE + " are allowed");
    }
    List<TemplateScanner.Region> regions = TemplateScanner.scan(part, source);
    try {
      // with a helper for missing fields the library takes unknown helpers for missing fields: look
      // for them without it
      MergeEngine.checking().compileInline(source);
      return new MergeTemplate(
          part,
          source,
          missingField,
          TemplateLines.cut(part, source, regions),
          MergeEngine.of(part, missingField));
    } catch (HandlebarsException e) {
      throw unreadable(part, source, e);
    } catch (IOException e) {
      throw new IllegalStateException("a template in memory could not be read", e);
    }
  }

  /**
   * Merges with one recipient's fields.
   *
   * @throws InvalidException if a field without a value is an error, or a value does not fit where
   *     it is used
   */
  public String render(Map<String, Object> fields) {
    List<String> merged = renderVarying(fields);
    if (runs.size() == 1 && !merged.isEmpty()) {
      return merged.getFirst();
    }
    StringBuilder text = new StringBuilder(source.length());
    int next = 0;
    for (Run run : runs) {
      text.append(run.varies() ? merged.get(next++) : run.text());
    }
    return text.toString();
  }

  /**
   * The template from its start to its end. Every run but the last ends with LF, and so does what
   * becomes of it.
   */
  public List<Run> runs() {
    return runs;
  }

  /**
   * Merges with one recipient's fields.
   *
   * @return what becomes of each run that varies, in their order
   * @throws InvalidException as {@link #render}
   */
  public List<String> renderVarying(Map<String, Object> fields) {
    if (varying.isEmpty()) {
      return List.of();
    }
    try {
      return Growth.within(MAX_MADE, () -> mergedRuns(fields));
    } catch (IOException e) {
      throw new IllegalStateException("a template in memory could not be rendered", e);
    }
  }

  private List<String> mergedRuns(Map<String, Object> fields) throws IOException {
    List<String> merged = new ArrayList<>(varying.size());
    int length = fixedLength;
    for (Varying run : varying) {
      Optional<String> quick = run.slots().flatMap(slots -> slots.render(fields, MAX_RENDERED));
      String text = quick.isPresent() ? quick.get() : byHandlebars(run, fields);
      merged.add(text);
      length += text.length();
      if (length > MAX_RENDERED) {
        // is refused there, and by the length of all
        renderByHandlebars(fields);
      }
    }
    return merged;
  }

  private String byHandlebars(Varying run, Map<String, Object> fields) throws IOException {
    try {
      return run.template().apply(context(fields));
    } catch (HandlebarsException e) {
      // is refused there as well, and the place is that in the whole
      renderByHandlebars(fields);
      throw part.refused(reasonOf(e));
    }
  }

  private static Context context(Map<String, Object> fields) {
    return Context.newBuilder(fields).resolver(JsonResolver.INSTANCE).build();
  }

  /** The whole by Handlebars alone: what all that is quicker must come to. */
  String renderByHandlebars(Map<String, Object> fields) {
    String rendered;
    try {
      rendered = Growth.within(MAX_MADE, () -> template.apply(context(fields)));
    } catch (HandlebarsException e) {
      throw part.refused(placeOf(source, e.getError()), reasonOf(e));
    } catch (IOException e) {
      throw new IllegalStateException("a template in memory could not be rendered", e);
    }
    if (rendered.length() > MAX_RENDERED) {
      throw part.refused(
          "becomes " + rendered.length() + " characters long; " + MAX_RENDERED + " are allowed");
    }
    return rendered;
  }

  private static InvalidException unreadable(
      TemplatePart part, String source, HandlebarsException e) {
    HandlebarsError error = e.getError();
    return part.refused(
        placeOf(source, error),
        error == null ? "is no template" : TemplateErrors.explain(error.reason));
  }

  private static String reasonOf(HandlebarsException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MergeException merge && merge.getMessage() != null) {
        return merge.getMessage();
      }
    }
    HandlebarsError error = e.getError();
    return "cannot be merged: " + (error == null ? e.getMessage() : error.reason);
  }

  private static Place placeOf(String source, @Nullable HandlebarsError error) {
    if (error == null) {
      return new Place(1, 1);
    }
    // the library counts columns from 0, but says 1 for 0 when it reports a syntax error
    boolean isFirst = error.column <= 1 && lineAt(source, error.line).startsWith("{{");
    return new Place(error.line, isFirst ? 1 : error.column + 1);
  }

  private static String lineAt(String source, int line) {
    return source.lines().skip(line - 1L).findFirst().orElse("");
  }
}
