package io.portolan.api.feedback;

import io.portolan.api.configuration.Configuration;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.ReplyClassifier;

/** The reply rules that a configuration asks for. */
public final class ReplyRules {
  private ReplyRules() {}

  /**
   * The built-in rules, and before them those of the configured file.
   *
   * @throws io.portolan.core.InvalidException naming file, line and column of what is wrong in it
   */
  public static ReplyClassifier classifier(Configuration configuration, IspDirectory isps) {
    return configuration
        .replyRules()
        .map(file -> ReplyClassifier.withFile(file, isps))
        .orElseGet(ReplyClassifier::builtIn);
  }
}
