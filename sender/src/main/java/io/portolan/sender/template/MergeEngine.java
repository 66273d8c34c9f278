package io.portolan.sender.template;

import com.github.jknack.handlebars.Decorator;
import com.github.jknack.handlebars.EscapingStrategy;
import com.github.jknack.handlebars.Handlebars;
import com.github.jknack.handlebars.Helper;
import com.github.jknack.handlebars.Options;
import com.github.jknack.handlebars.TagType;
import com.github.jknack.handlebars.helper.DefaultHelperRegistry;
import com.github.jknack.handlebars.io.AbstractTemplateLoader;
import com.github.jknack.handlebars.io.TemplateSource;
import io.portolan.core.campaign.MissingField;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sets up the Handlebars library so that a template finds nothing but its fields and our helpers.
 */
final class MergeEngine {
  private static final Pattern FIRST_ARGUMENT =
      Pattern.compile("^[({~&\\s]*[^\\s]+\\s+([^\\s)}~]+)");
  private static final Handlebars CHECKING = engine(null).with(EscapingStrategy.NOOP);

  private MergeEngine() {}

  /** An engine that refuses unknown helpers when it compiles. */
  static Handlebars checking() {
    return CHECKING;
  }

  /** An engine whose templates can be rendered. */
  static Handlebars of(TemplatePart part, MissingField missingField) {
    Handlebars engine = engine((context, options) -> missing(options, missingField));
    return switch (part) {
      case HTML -> engine.with(HtmlEscape::escape);
      case TEXT, SUBJECT -> engine.with(EscapingStrategy.NOOP);
    };
  }

  private static Handlebars engine(@Nullable Helper<Object> missing) {
    return new Handlebars(new NoTemplates())
        .with(new ClosedHelpers(missing))
        .with((value, next) -> Growth.count(MergeHelpers.text(value)));
  }

  private static Object missing(Options options, MissingField missingField) throws IOException {
    if (options.tagType == TagType.SECTION) {
      // {{^field}} is for a field without a value, {{#field}} for one with
      return "unless".equals(options.helperName) ? options.fn() : options.inverse();
    }
    if (missingField.isError()) {
      throw new MergeException("the recipient has no value for \"" + field(options) + "\"");
    }
    return missingField.value();
  }

  private static String field(Options options) {
    if (MergeHelpers.find(options.helperName) == null) {
      return options.helperName;
    }
    // a helper is given the value alone, so that the name has to be read from the tag
    Matcher tag = FIRST_ARGUMENT.matcher(options.fn.text());
    return tag.find() ? tag.group(1) : options.helperName;
  }

  /**
   * Answers for our helpers alone; the library's own registry brings some that log or read files.
   */
  private static final class ClosedHelpers extends DefaultHelperRegistry {
    private final @Nullable Helper<Object> missing;

    ClosedHelpers(@Nullable Helper<Object> missing) {
      this.missing = missing;
    }

    @Override
    @SuppressWarnings({
      "unchecked",
      "NullAway"
    }) // the library has no annotations, and takes null for "no such helper"
    public <C> @Nullable Helper<C> helper(String name) {
      return (Helper<C>) (name.equals(HELPER_MISSING) ? missing : MergeHelpers.find(name));
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public @Nullable Decorator decorator(String name) {
      return null;
    }
  }

  /** The second wall behind {@link TemplateScanner}: no name leads to another template. */
  private static final class NoTemplates extends AbstractTemplateLoader {
    @Override
    public TemplateSource sourceAt(String location) throws IOException {
      throw new FileNotFoundException("templates are not loaded by name");
    }
  }
}
