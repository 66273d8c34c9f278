package io.portolan.sender.feedback;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tells what sort of mail stands before us from who sent it, its subject and its first words. */
final class Recognition {
  private static final int ENOUGH = 3;
  private static final Pattern SENDER =
      Pattern.compile(
          "mailer[-_. ]?daemon|post[-_]?master|mail delivery|mail deliver |delivery (?:sub)?system|mdaemon|bounce|undeliver|(?:mail|message)[-_. ]?(?:system|service|router|transfer)|non.?delivery|\\bndr\\b|mail administrator|system administrator|internet mail|exchange administrator|mailsystem|<>|delivery (?:service|agent)|smtp server|mail server|majordomo|listserv|-(?:admin|owner|request)@|no-?reply@(?:sns|ses)");
  private static final Pattern SUBJECT =
      Pattern.compile(
          "undeliver|un-deliver|return(?:ed|ing)?:? (?:e-?mail|mail|message|to sender)|deliver\\w* (?:status|failure|failed|error|problem|report|notif|has failed|unsuccess|to the following)|fail(?:ure|ed)(?: notice| to deliver| delivery|: )|mail (?:delivery|system|error|status)|message (?:delivery|could not|rejected|undeliver|not|delayed|status)|(?:could|can)(?:no| no|n.)t (?:be )?(?:deliver|sen[dt])|not (?:be )?(?:deliver|member|sent)|non[- ]?deliver|nondeliver|warning:|delay|reject|bounce|error sending|mail ?box|over ?quota|permanent|user unknown|unknown user|loop alert|unable to (?:deliver|send)|problem deliver|zustell|fehlgeschlagen|non remis|non distribu|chec de|entrega|no entregad|devuelt|mancat[ao]|consegna|onbestel|not delivered|недостав|доставк|возвращен|配信|配送|エラー|不達|退信|未送达|실패|blocked|quarantin|dropped|반송|não entreg|mail failure|notification \\(failure|notification message");
  private static final Pattern BODY =
      Pattern.compile(
          "(?:could|can|did|was|were|has|have|is|will)(?: ?not|n.t| not be|n.t be)(?: yet)?(?: been| be)? (?:deliver|sent|accept|reach|able to deliver|processed|forward)|unable to deliver|able to deliver|undeliver|deliver\\w* (?:to the following|failed|error|attempt|of your message|problem|failure)|failed to deliver|failed permanently|permanent(?:ly)? (?:fatal )?(?:error|fail)|following (?:address|recipient|user|destination|mail|message|error)\\w*|transcript of session|returned (?:mail|message|to sender|by)|message (?:was|has been|is being) (?:rejected|returned|bounced|blocked|refused|delayed)|mail(?:box)? (?:is )?(?:full|unknown|unavailable)|user unknown|unknown user|no such user|not a member|(?:rejected|refused) (?:by|your|the|to accept)|error (?:message|occurred|encountered|response)|smtp error|does not exist|remote host said|said: [45]\\d\\d|over quota|non[- ]delivery|bounced|reason for|duplicated message|could not send|returned errors?|can(?:not|n.t) be delivered|did not reach|zustell|konnte nicht|n.a pas pu|no se (?:ha )?pud|non (?:è|e') stat|送信できません|送れません|配信できません|届きません|見つかりません|エラー|не (?:может|могло|удалось|было)[^.]{0,20}достав|не доставлен|전송하지 못|전달하지 못|não (?:pôde|pode|foi) (?:ser )?entreg|退回|未能送达|无法投递");
  private static final Pattern DELAY =
      Pattern.compile(
          "warning message only|this is (?:only )?a warning|you do not need to re-?(?:send|try)|do not need to resend|will (?:be retried|continue|keep|retry|try|attempt)[^.]{0,60}(?:tr(?:y|ying|ies)|attempt|deliver|retr|again|for)|will be (?:retried|attempted)|still (?:being )?(?:trying|retr|attempting)|not yet been delivered|has(?: been|n.t been| not been)? (?:delayed|deferred)|delivery (?:is |has been )?(?:delayed|temporarily)|no action is required|attempts? to deliver .{0,40}will continue|could not send (?:message )?for past|will be attempted|temporarily delayed|queued for (?:further )?delivery|keep trying");
  private static final Pattern DELAY_SUBJECT =
      Pattern.compile(
          "\\(?delay(?:ed)?\\)?|still being retried|could not send (?:mail|message) for|warning: message|verz.gert|retard|未配信|delivery warning|will be retried");
  private static final Pattern FINAL =
      Pattern.compile(
          "giv(?:en|ing) up|gave up|permanent|final|expired|could not be delivered for|was not delivered|undeliverable|too old|no longer|will not be (?:retried|attempted)|(?:delivery )?failed after|has failed|not attempt|returning (?:to|message)|bouncing|retry (?:time|timeout) (?:not reached for any host after|exceeded)");
  private static final Pattern DELIVERED =
      Pattern.compile(
          "(?:notification|status).{0,6}\\(?(?:success|relay)|return receipt|successfully (?:relayed|delivered)|delivery (?:confirmation|receipt|succeeded)|was (?:successfully )?delivered to");
  private static final Pattern ANSWER_SUBJECT =
      Pattern.compile(
          "^(?:re: ?)?(?:out of (?:the )?office|away\\b|vacation|on vacation|auto(?:matic|mated)?[ -:]?(?:re(?:ply|sponse|ponse)|answer)|auto:|automatic reply|abwesen|automatische antwort|r.ponse automatique|absence|absent|respuesta autom|fuera de la oficina|risposta automatica|fuori (?:sede|ufficio)|autosvar|automatisch antwoord|自動(?:応答|返信)|不在|自动回复|автоответ)|out of (?:the )?office|auto-?reply|autoresponder|автоответ|(?:is|am) on (?:vacation|leave|holiday)");

  private Recognition() {}

  /** Whether a sender, in lower case, is a mail system and no person. */
  static boolean isSystemSender(String from) {
    return SENDER.matcher(from).find();
  }

  /** Whether a mail without the fields of RFC 3464 is a bounce or a warning in words. */
  static boolean isBounce(Headers mail, ReportText report, String text) {
    if (mail.has("x-failed-recipients")) {
      return true;
    }
    String from = (mail.decoded("from") + " " + mail.text("sender")).toLowerCase(Locale.ROOT);
    String path = mail.text("return-path").toLowerCase(Locale.ROOT);
    String subject = mail.decoded("subject").toLowerCase(Locale.ROOT);
    boolean saysSo = false;
    int points = 0;
    if (isSystemSender(from)) {
      points += 2;
    }
    if (path.contains("<>") || path.contains("mailer-daemon") || path.contains("postmaster")) {
      points += 1;
    }
    if (mail.text("content-type").toLowerCase(Locale.ROOT).contains("delivery-status")) {
      points += 2;
    }
    if (SUBJECT.matcher(subject).find()) {
      points += 1;
      saysSo = true;
    }
    if (BODY.matcher(text).find()) {
      points += 1;
      saysSo = true;
    }
    if (!report.original().isEmpty()) {
      points += 1;
    }
    return saysSo && points >= ENOUGH;
  }

  /** Whether the host goes on trying. */
  static boolean isDelay(Headers mail, String text) {
    String subject = mail.decoded("subject").toLowerCase(Locale.ROOT);
    boolean said = DELAY.matcher(text).find();
    boolean titled = DELAY_SUBJECT.matcher(subject).find();
    return (titled || said) && !(FINAL.matcher(text).find() && !(titled && said));
  }

  static boolean isDelivered(Headers mail, String text) {
    String subject = mail.decoded("subject").toLowerCase(Locale.ROOT);
    return DELIVERED.matcher(subject).find() || DELIVERED.matcher(text).find();
  }

  /** Whether a program answered in a person's stead (RFC 3834 section 5 and its forerunners). */
  static boolean isAnswer(Headers mail) {
    String submitted = mail.text("auto-submitted").toLowerCase(Locale.ROOT);
    String precedence = mail.text("precedence").toLowerCase(Locale.ROOT);
    String suppress = mail.text("x-auto-response-suppress").toLowerCase(Locale.ROOT);
    return submitted.startsWith("auto-replied")
        || precedence.equals("auto_reply")
        || mail.has("x-autoreply")
        || mail.has("x-autorespond")
        || mail.has("x-autoresponder")
        || mail.text("x-apple-action").equalsIgnoreCase("vacation")
        || mail.has("x-mail-autoreply")
        || (mail.has("x-autogenerated")
            && mail.text("x-autogenerated").toLowerCase(Locale.ROOT).contains("reply"))
        || (ANSWER_SUBJECT.matcher(mail.decoded("subject").toLowerCase(Locale.ROOT)).find()
            && (suppress.isEmpty() || !submitted.equals("no")));
  }
}
