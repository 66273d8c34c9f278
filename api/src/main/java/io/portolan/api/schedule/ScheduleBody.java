package io.portolan.api.schedule;

import io.portolan.api.configuration.RelaySecrets;
import io.portolan.api.configuration.WatchConfiguration;
import io.portolan.core.InvalidException;
import io.portolan.core.Problems;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.address.InvalidAddressException;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.schedule.Recipients;
import io.portolan.metrics.schedule.Recurrence;
import io.portolan.metrics.schedule.ReportSchedule;
import io.portolan.metrics.schedule.ReportSchedule.Draft;
import io.portolan.metrics.schedule.Topic;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** A report schedule as the API takes it; also how it shows what was chosen. */
record ScheduleBody(
    String name,
    String report,
    Optional<Long> campaign,
    Optional<String> isp,
    Optional<Integer> days,
    String every,
    Optional<String> weekday,
    Optional<Integer> dayOfMonth,
    String at,
    String zone,
    Optional<Mail> mail,
    Optional<Webhook> webhook,
    Optional<Boolean> enabled) {
  private static final int MOST_ADDRESSES = 50;
  private static final int LONGEST_URL = 2_000;
  private static final int LAST_DAY = 31;

  /** Delivery by mail. */
  record Mail(String from, Optional<String> fromName, List<String> to) {}

  /** Delivery to a webhook. */
  record Webhook(String url, Optional<String> secretRef) {}

  static ScheduleBody of(Draft draft) {
    Topic topic = draft.topic();
    Recurrence recurrence = draft.recurrence();
    Recipients recipients = draft.recipients();
    return new ScheduleBody(
        draft.name(),
        topic.kind().id(),
        Optional.of(topic.campaignId()).filter(id -> id > 0),
        Optional.of(topic.isp()).filter(id -> !id.isEmpty()),
        Optional.of(topic.days()).filter(days -> days > 0),
        recurrence.every().id(),
        recurrence.every() == Recurrence.Every.WEEK
            ? Optional.of(id(DayOfWeek.of(recurrence.day())))
            : Optional.empty(),
        recurrence.every() == Recurrence.Every.MONTH
            ? Optional.of(recurrence.day())
            : Optional.empty(),
        recurrence.at().toString(),
        recurrence.zone().getId(),
        recipients.isWebhook()
            ? Optional.empty()
            : Optional.of(
                new Mail(
                    recipients.from(),
                    Optional.of(recipients.fromName()).filter(name -> !name.isEmpty()),
                    recipients.to())),
        recipients.isWebhook()
            ? Optional.of(
                new Webhook(
                    recipients.webhook(),
                    Optional.of(recipients.secretRef()).filter(ref -> !ref.isEmpty())))
            : Optional.empty(),
        Optional.of(draft.enabled()));
  }

  /**
   * What was chosen.
   *
   * @param secrets which of them the API may name
   * @throws InvalidException naming each field that is wrong
   */
  Draft draft(RelaySecrets secrets) {
    Problems problems = new Problems();
    problems.checkName("name", name, ReportSchedule.LONGEST_NAME);
    Optional<Topic> topic = topic(problems);
    Optional<Recurrence> recurrence = recurrence(problems);
    Optional<Recipients> recipients = recipients(problems, secrets);
    problems.throwIfAny("The report schedule cannot be");
    return new Draft(
        name,
        topic.orElseThrow(),
        recurrence.orElseThrow(),
        recipients.orElseThrow(),
        enabled.orElse(true));
  }

  private Optional<Topic> topic(Problems problems) {
    Optional<Topic.Kind> kind =
        one(problems, "report", report, Topic.Kind.values(), Topic.Kind::id);
    boolean isCampaign = kind.filter(Topic.Kind.CAMPAIGN::equals).isPresent();
    boolean isIsp = kind.filter(Topic.Kind.ISP::equals).isPresent();
    needed(problems, "campaign", campaign, isCampaign, "a report of a campaign");
    needed(problems, "isp", isp.filter(id -> !id.isBlank()), isIsp, "a report of an ISP");
    if (campaign.filter(id -> id < 1).isPresent()) {
      problems.add("campaign", "is no id");
    }
    isp.ifPresent(id -> problems.checkLine("isp", id, ReportSchedule.LONGEST_NAME));
    if (isCampaign && days.isPresent()) {
      problems.add("days", "is not for a campaign, which is reported as a whole");
    }
    if (!isCampaign && days.filter(Topic.DAYS::contains).isEmpty()) {
      problems.add("days", "is none of 1, 7 and 30");
    }
    return kind.map(it -> new Topic(it, campaign.orElse(0L), isp.orElse(""), days.orElse(0)));
  }

  private Optional<Recurrence> recurrence(Problems problems) {
    Optional<Recurrence.Every> often =
        one(problems, "every", every, Recurrence.Every.values(), Recurrence.Every::id);
    boolean isWeek = often.filter(Recurrence.Every.WEEK::equals).isPresent();
    boolean isMonth = often.filter(Recurrence.Every.MONTH::equals).isPresent();
    needed(problems, "weekday", weekday, isWeek, "every week");
    needed(problems, "dayOfMonth", dayOfMonth, isMonth, "every month");
    Optional<DayOfWeek> day =
        weekday.flatMap(it -> one(problems, "weekday", it, DayOfWeek.values(), ScheduleBody::id));
    if (dayOfMonth.filter(number -> number < 1 || number > LAST_DAY).isPresent()) {
      problems.add("dayOfMonth", "is not within 1..31");
    }
    Optional<LocalTime> time =
        parsed(problems, "at", at, LocalTime::parse, "is no local time such as 08:30");
    Optional<ZoneId> place =
        parsed(problems, "zone", zone, ZoneId::of, "is no time zone such as Europe/Berlin");
    if (!problems.isEmpty() || often.isEmpty() || time.isEmpty() || place.isEmpty()) {
      return Optional.empty();
    }
    int number = isWeek ? day.map(DayOfWeek::getValue).orElse(1) : dayOfMonth.orElse(0);
    return Optional.of(new Recurrence(often.get(), time.get(), number, place.get()));
  }

  private Optional<Recipients> recipients(Problems problems, RelaySecrets secrets) {
    if (mail.isPresent() == webhook.isPresent()) {
      problems.add("mail", "or webhook must be given, one of the two");
      return Optional.empty();
    }
    return mail.map(it -> mailed(problems, it))
        .or(() -> webhook.map(it -> posted(problems, it, secrets)));
  }

  private static Recipients mailed(Problems problems, Mail mail) {
    address(problems, "mail.from", mail.from());
    mail.fromName().ifPresent(it -> problems.checkLine("mail.fromName", it, 200));
    if (mail.to().isEmpty() || mail.to().size() > MOST_ADDRESSES) {
      problems.add("mail.to", "has not 1 to " + MOST_ADDRESSES + " addresses");
    }
    for (int i = 0; i < mail.to().size(); i++) {
      address(problems, "mail.to[" + i + "]", mail.to().get(i));
    }
    if (mail.to().stream().distinct().count() < mail.to().size()) {
      problems.add("mail.to", "has an address twice");
    }
    return Recipients.mail(mail.from(), mail.fromName().orElse(""), mail.to());
  }

  private static Recipients posted(Problems problems, Webhook webhook, RelaySecrets secrets) {
    problems.checkLine("webhook.url", webhook.url(), LONGEST_URL);
    if (WatchConfiguration.webUrl(webhook.url()).isEmpty()) {
      problems.add("webhook.url", "is no URL such as https://reports.example.net/portolan");
    }
    String secret = webhook.secretRef().orElse("");
    if (!secret.isEmpty()) {
      if (Secrets.isReference(secret)) {
        try {
          secrets.check(secret);
        } catch (InvalidException e) {
          e.problems().forEach(it -> problems.add("webhook.secretRef", it.reason()));
        }
      } else {
        problems.add("webhook.secretRef", "is not given as env:NAME or file:/absolute/path");
      }
    }
    return Recipients.webhook(webhook.url(), secret);
  }

  private static void address(Problems problems, String field, String written) {
    try {
      EmailAddress parsed = EmailAddress.parse(written);
      if (parsed.needsSmtpUtf8() && field.equals("mail.from")) {
        problems.add(field, "has characters above ASCII before the @");
      }
    } catch (InvalidAddressException e) {
      problems.add(field, e.reason());
    }
  }

  private static void needed(
      Problems problems, String field, Optional<?> value, boolean wanted, String where) {
    if (wanted && value.isEmpty()) {
      problems.add(field, "is missing; it is needed for " + where);
    }
    if (!wanted && value.isPresent()) {
      problems.add(field, "is for " + where + " alone");
    }
  }

  private static <T> Optional<T> parsed(
      Problems problems, String field, String written, Function<String, T> parser, String reason) {
    try {
      return Optional.of(parser.apply(written));
    } catch (DateTimeException e) {
      problems.add(field, reason);
      return Optional.empty();
    }
  }

  private static <E> Optional<E> one(
      Problems problems, String field, String written, E[] values, Function<E, String> id) {
    Optional<E> found =
        Arrays.stream(values).filter(value -> id.apply(value).equals(written)).findFirst();
    if (found.isEmpty()) {
      problems.add(
          field, "is none of " + String.join(", ", Arrays.stream(values).map(id).toList()));
    }
    return found;
  }

  private static String id(DayOfWeek day) {
    return day.name().toLowerCase(Locale.ROOT);
  }
}
