package io.portolan.sender.template;

import com.github.jknack.handlebars.Context;
import com.github.jknack.handlebars.Helper;
import com.github.jknack.handlebars.Options;
import com.github.jknack.handlebars.Template;
import com.github.jknack.handlebars.helper.EachHelper;
import java.io.IOException;
import java.util.List;

/**
 * How much text one merge has made so far, counted while it runs: loops within loops would fill the
 * memory long before their result could be measured. Counts what grows by more than the template's
 * own length, values and rounds of loops; text within several loops counts once for each.
 *
 * <p>Not thread-safe; a merge is one thread's.
 */
final class Growth {
  private static final ScopedValue<Growth> CURRENT = ScopedValue.newInstance();

  private final long most;
  private long made;

  private Growth(long most) {
    this.most = most;
  }

  /** A merge. */
  @FunctionalInterface
  interface Merge<T> {
    T run() throws IOException;
  }

  /**
   * Runs a merge that may make at most so many characters.
   *
   * @throws MergeException if it makes more, as soon as it does
   */
  static <T> T within(long most, Merge<T> merge) throws IOException {
    return ScopedValue.where(CURRENT, new Growth(most)).call(merge::run);
  }

  /** Counts text that the merge under way has made. */
  static <T extends CharSequence> T count(T text) {
    Growth growth = CURRENT.get();
    growth.made += text.length();
    if (growth.made > growth.most) {
      throw new MergeException(
          "grows beyond "
              + growth.most
              + " characters here; shorten the list or what is repeated for it");
    }
    return text;
  }

  /** Loops as Handlebars does, and counts each round. */
  static final Helper<Object> EACH =
      (list, options) -> text(EachHelper.INSTANCE.apply(list, new Counted(options)));

  /** The library's buffers are no text but as a sequence of characters. */
  private static Object text(Object made) {
    return made instanceof Options.Buffer buffer
        ? buffer.subSequence(0, buffer.length()).toString()
        : made;
  }

  /** The options of a loop. */
  private static final class Counted extends Options {
    Counted(Options all) {
      super(
          all.handlebars,
          all.helperName,
          all.tagType,
          all.context,
          all.fn,
          all.inverse,
          all.params,
          all.hash,
          all.blockParams);
    }

    @Override
    public CharSequence apply(Template template, Context context, List<Object> blockParams)
        throws IOException {
      return count(super.apply(template, context, blockParams));
    }
  }
}
