package io.portolan.core.feedback;

import io.portolan.core.address.Domain;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.feedback.ReportedRecipient.Verdict;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.EnhancedStatusCode;
import io.portolan.core.reply.Hardness;
import io.portolan.core.reply.Phase;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.RuleDescription;
import io.portolan.core.reply.SmtpReply;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds out why a message did not arrive from what a report says in codes and words. Immutable and
 * thread-safe; takes any text.
 */
public final class Diagnosis {
  private static final int LONGEST = SmtpReply.MAX_TEXT;
  // a code of its class that no rule names: what there is to go by is status and text
  private static final int SOME_PERMANENT = 599;
  private static final int SOME_TRANSIENT = 499;
  private static final int TRANSACTION_FAILED = 554;
  private static final String STATUS = "[245]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)";
  private static final Pattern ANY_STATUS = Pattern.compile("(?<![\\d.\\w-])#?(" + STATUS + ")");
  private static final Pattern REPLY =
      Pattern.compile(
          "(?<![\\d.:/@\\w-])[245]\\d\\d(?: ?:)?(?:[ -]+#?(?="
              + STATUS
              + ")|[ -]+(?=[a-z<\"'(\\[*=#]))|(?<![\\d.:/@\\w-])[45]\\d\\d$|(?<=code ?:"
              + " ?)[45]\\d\\d\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern TYPE =
      Pattern.compile(
          "^\\s*(?:smtp|lmtp|esmtp|dns|[xX]-[\\w-]{1,30})\\s*;\\s*", Pattern.CASE_INSENSITIVE);
  // AsyncOS heads whatever the other host said with these words
  private static final Pattern WRAPPER =
      Pattern.compile("- unknown address error ", Pattern.CASE_INSENSITIVE);
  private static final Pattern HOST =
      Pattern.compile(
          "\\bhost ([\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8}) ?\\[", Pattern.CASE_INSENSITIVE);
  private static final Pattern AT_MAIL =
      Pattern.compile("(?:in reply to|after|response to|following) +\\(?mail(?: from)?\\b");
  private static final Pattern AT_END =
      Pattern.compile(
          "end of data|after (?:sending )?(?:end of )?(?:data|message|dot)|reply to (?:end of"
              + " )?data|end of message|\\bdata\\b.{0,12}command");
  private static final Pattern AT_BANNER =
      Pattern.compile(
          "initial (?:server )?(?:greeting|response)|greeting banner|refused to talk to me");

  // Postfix and Exim say it in words, Sendmail shows the command and its answer
  private static final Pattern REFUSED_SENDER =
      Pattern.compile(
          "(?:in reply to|after|response to|following) +\\(?mail from\\b|>>> ?mail"
              + " from:.{0,400}?<<< ?[45]\\d\\d");
  private static final Pattern REFUSED_RECIPIENT =
      Pattern.compile(
          "(?:in reply to|after|response to|following) +\\(?rcpt\\b|>>> ?rcpt to:.{0,400}?<<<"
              + " ?[45]\\d\\d");

  private final ReplyClassifier classifier;
  private final IspDirectory isps;

  public Diagnosis(ReplyClassifier classifier, IspDirectory isps) {
    this.classifier = classifier;
    this.isps = isps;
  }

  /**
   * Judges what is said of one recipient. Nobody is to be suppressed for a refusal that came before
   * the recipient was named, whatever its words; where nothing says when it came, it came after.
   *
   * @param isDelay whether the host goes on trying
   * @param field the status that the report gives beside the text
   * @param words texts that say why, the closest to the recipient first; the first in which a rule
   *     recognises words decides, else the first that has any
   * @param remoteMta the host that refused, if it is named
   * @param address of the recipient
   */
  public Verdict verdict(
      boolean isDelay,
      Optional<EnhancedStatusCode> field,
      List<String> words,
      Optional<String> remoteMta,
      String address) {
    return mostTelling(
        words,
        new Report(
            isDelay,
            !isBeforeRecipient(words),
            field,
            isp(remoteMta.or(() -> hostIn(words)), address)));
  }

  /**
   * What a refusal means of which there are words, with or without codes.
   *
   * @param isp the id of the ISP whose server refused, as in {@link ReplyClassifier#classify}
   */
  public Classification classify(String words, Phase phase, String isp) {
    String plain = plain(words);
    OptionalInt code = replyCode(plain);
    return classifier.classify(refusal(plain, code, statusIn(plain), SOME_PERMANENT), phase, isp);
  }

  /** What all texts of a report on one recipient are read by. */
  private record Report(
      boolean isDelay, boolean isRecipientNamed, Optional<EnhancedStatusCode> field, String isp) {}

  private Verdict mostTelling(List<String> words, Report report) {
    Verdict first = null;
    Verdict vague = null; // "service unavailable" with a 5yz stands before many a reason
    for (String each : words.stream().flatMap(Diagnosis::citedFirst).toList()) {
      if (!each.isBlank()) {
        Verdict verdict = judge(each, report);
        boolean isWord =
            classifier.rule(verdict.rule()).filter(RuleDescription::readsText).isPresent();
        boolean isTrouble =
            verdict.category() == BounceCategory.REMOTE_SYSTEM
                && verdict.replyCode().orElse(SOME_PERMANENT) >= 500;
        if (isWord && !isTrouble) {
          return first == null ? verdict : joined(first, verdict);
        }
        first = first == null ? verdict : first;
        vague = vague == null && isWord ? verdict : vague;
      }
    }
    if (first == null) {
      return judge("", report);
    }
    return vague == null ? first : joined(first, vague);
  }

  /** Often only the words of a report say what the reply that its fields cite was given to. */
  private static boolean isBeforeRecipient(List<String> words) {
    String all = bounded(String.join(" ", words)).replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    return (REFUSED_SENDER.matcher(all).find() || AT_BANNER.matcher(all).find())
        && !REFUSED_RECIPIENT.matcher(all).find();
  }

  /** A reply that a text cites tells more than the words around it. */
  private static Stream<String> citedFirst(String text) {
    String plain = plain(text);
    Matcher reply = REPLY.matcher(plain);
    while (reply.find()) {
      if (reply.group().charAt(0) >= '4') {
        return reply.start() == 0
            ? Stream.of(plain)
            : Stream.of(plain.substring(reply.start()), plain);
      }
    }
    return Stream.of(plain);
  }

  /** The codes of one text and the reason found in another. */
  private static Verdict joined(Verdict codes, Verdict reason) {
    Optional<EnhancedStatusCode> status = mostTelling(codes.status(), reason.status());
    OptionalInt code = codes.replyCode().isPresent() ? codes.replyCode() : reason.replyCode();
    return new Verdict(
        status,
        code,
        reason.category(),
        weighed(reason.hardness(), status, code),
        codes.diagnostic(),
        reason.rule());
  }

  private Verdict judge(String text, Report report) {
    OptionalInt code = replyCode(text);
    Optional<EnhancedStatusCode> status = mostTelling(statusIn(text), report.field());
    Phase phase = phase(text.toLowerCase(Locale.ROOT), report.isRecipientNamed());
    Classification found =
        classifier.classify(
            refusal(text, code, status, report.isDelay() ? SOME_TRANSIENT : SOME_PERMANENT),
            phase,
            report.isp());
    Hardness hardness =
        report.isDelay() || !report.isRecipientNamed() ? Hardness.NEITHER : found.hardness();
    return new Verdict(
        status, code, found.category(), weighed(hardness, status, code), cut(text), found.rule());
  }

  /** A reply of the codes and words that a text cites. */
  private static SmtpReply refusal(
      String text, OptionalInt code, Optional<EnhancedStatusCode> status, int otherwise) {
    boolean isForNow = status.filter(it -> it.statusClass() == 4).isPresent();
    int taken = code.orElse(isForNow ? SOME_TRANSIENT : otherwise);
    return new SmtpReply(taken, status, withoutCodes(text, code));
  }

  /** A host that gave up had been told to come back: nothing final is known of the recipient. */
  private static Hardness weighed(
      Hardness hardness, Optional<EnhancedStatusCode> status, OptionalInt code) {
    boolean isForNow =
        status.filter(it -> it.statusClass() == 4).isPresent() || code.orElse(0) / 100 == 4;
    return hardness == Hardness.HARD && isForNow ? Hardness.SOFT : hardness;
  }

  private String isp(Optional<String> remoteMta, String address) {
    return remoteMta
        .flatMap(isps::findByMxHost)
        .or(() -> domain(address).flatMap(isps::findByDomain))
        .map(Isp::platform)
        .orElse("other");
  }

  /** The host that Postfix, Exim and their kin name before its reply. */
  private static Optional<String> hostIn(List<String> words) {
    return words.stream()
        .map(text -> HOST.matcher(text.length() > LONGEST ? text.substring(0, LONGEST) : text))
        .filter(Matcher::find)
        .map(host -> host.group(1).toLowerCase(Locale.ROOT))
        .findFirst();
  }

  private static Optional<Domain> domain(String address) {
    try {
      return Optional.of(Domain.parse(address.substring(address.lastIndexOf('@') + 1)));
    } catch (InvalidAddressException e) {
      return Optional.empty();
    }
  }

  /** One line without the type that RFC 3464 puts before a diagnostic. */
  private static String plain(String text) {
    return cut(
        TYPE.matcher(WRAPPER.matcher(bounded(text).strip().replaceAll("\\s+", " ")).replaceAll(" "))
            .replaceFirst(""));
  }

  private static String bounded(String text) {
    return text.length() > 2 * LONGEST ? text.substring(0, 2 * LONGEST) : text;
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }

  /** The reply code that a text cites; of several the first that is not 554, which says least. */
  static OptionalInt replyCode(String text) {
    OptionalInt vague = OptionalInt.empty();
    Matcher found = REPLY.matcher(text);
    while (found.find()) {
      int code = Integer.parseInt(found.group(), 0, 3, 10);
      if (code >= 400 && code != TRANSACTION_FAILED) {
        return OptionalInt.of(code);
      }
      vague = code == TRANSACTION_FAILED ? OptionalInt.of(code) : vague;
    }
    return vague;
  }

  /** The first enhanced status code in a text that says more than its class, else the first. */
  static Optional<EnhancedStatusCode> statusIn(String text) {
    Optional<EnhancedStatusCode> first = Optional.empty();
    Matcher found = ANY_STATUS.matcher(text);
    while (found.find()) {
      Optional<EnhancedStatusCode> status = EnhancedStatusCode.parse(found.group(1));
      if (status.isPresent() && status.get().statusClass() != 2) {
        first =
            first.isPresent() && !(isVague(first.get()) && !isVague(status.get())) ? first : status;
      }
    }
    return first;
  }

  private static Optional<EnhancedStatusCode> mostTelling(
      Optional<EnhancedStatusCode> said, Optional<EnhancedStatusCode> field) {
    return said.isPresent() && (field.isEmpty() || !isVague(said.get()) || isVague(field.get()))
        ? said
        : field;
  }

  private static boolean isVague(EnhancedStatusCode status) {
    // x.4.7, delivery time expired, tells less than what failed all the time
    return status.subject() == 0
        || status.detail() == 0
        || (status.subject() == 4 && status.detail() == 7);
  }

  /** The text without the codes that head each line of a reply; they would part its words. */
  private static String withoutCodes(String text, OptionalInt code) {
    return code.isEmpty()
        ? text
        : text.replaceAll(
            "(?<![\\d.:/@\\w-])" + code.getAsInt() + "(?:[ -]+#?" + STATUS + ")?[ -]+", "");
  }

  private static Phase phase(String text, boolean isRecipientNamed) {
    if (!isRecipientNamed && AT_MAIL.matcher(text).find()) {
      return Phase.MAIL;
    }
    return !isRecipientNamed && AT_BANNER.matcher(text).find()
        ? Phase.BANNER
        : AT_END.matcher(text).find() ? Phase.DOT : Phase.RCPT;
  }
}
