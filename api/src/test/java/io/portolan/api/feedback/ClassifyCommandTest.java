package io.portolan.api.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.cli.PortolanCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClassifyCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void saysWhatAReplyMeansAndByWhichRule() {
    assertThat(run("550-5.1.1 The account\\n550 5.1.1 does not exist", "--isp", "gmail")).isZero();

    assertThat(out.toString())
        .contains("category  bad-mailbox")
        .contains("action    suppress the recipient")
        .contains("effect    bounce")
        .contains("rule      gmail-no-such-user, reply-rules.csv line ")
        .contains("gmail, code 550, status 5.1.1");
  }

  @Test
  void suppressesNobodyBeforeTheRecipientWasNamedOrForNow() {
    run("550 5.1.1 User unknown", "--phase", "mail", "--json");
    run("450 4.1.1 User unknown", "--json");

    assertThat(out.toString().lines())
        .satisfiesExactly(
            line ->
                assertThat(line).contains("\"suppresses\":false").contains("\"action\":\"count\""),
            line ->
                assertThat(line)
                    .contains("\"category\":\"bad-mailbox\"")
                    .contains("\"action\":\"retry-then-suppress\"")
                    .contains("\"suppresses\":false"));
  }

  @Test
  void asksRulesOfAFileFirst() throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("own.csv"),
            """
            rule,isp,phase,code,status,text,category,treatment,sample
            ours,*,,,,user unknown,policy,,550 user unknown
            """);

    assertThat(run("550 5.1.1 User unknown", "--rules", rules.toString())).isZero();
    assertThat(out.toString()).contains("category  policy").contains("own.csv line 2");
  }

  @Test
  void namesTheLineOfARuleThatIsWrong() throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("own.csv"),
            """
            rule,isp,phase,code,status,text,category,treatment,sample
            a,*,,550,,,policy,,550 no
            b,*,,550,,never,policy,,550 never
            """);

    assertThat(run("550 no", "--rules", rules.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("own.csv line 3, column sample").contains("line 2");
  }

  @Test
  void readsTheMailsOfADirectory() throws IOException {
    Path mails = Files.createDirectories(folder.resolve("mails"));
    Files.writeString(
        mails.resolve("a.eml"),
        """
        From: MAILER-DAEMON@x.example
        Subject: Undelivered Mail

        <anna@mail.example>: 550 5.1.1 user unknown
        """);
    Files.writeString(mails.resolve("b.eml"), "Subject: hello\n\nhello\n");

    assertThat(run("--mails", folder.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "{\"file\":\"mails/a.eml\",\"type\":\"bounce\",\"results\":[{\"recipient\":\"anna@mail.example\",\"status\":\"5.1.1\",\"replycode\":\"550\",\"category\":\"bad-mailbox\",\"hard\":true,\"rule\":\"no-such-mailbox\"}]}",
            "{\"file\":\"mails/b.eml\",\"type\":\"none\",\"results\":[]}");

    String all = out.toString();
    out.getBuffer().setLength(0);
    run("--mails", mails.toString());
    assertThat(out.toString()).isEqualTo(all);
  }

  @Test
  void goesOnBehindAMailThatCannotBeRead() throws IOException {
    Files.createSymbolicLink(folder.resolve("a.eml"), folder.resolve("nowhere"));
    Files.writeString(folder.resolve("b.eml"), "Subject: hello\n\nhello\n");

    assertThat(run("--mails", folder.toString())).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            "{\"file\":\"a.eml\",\"type\":\"none\",\"results\":[]}",
            "{\"file\":\"b.eml\",\"type\":\"none\",\"results\":[]}");
    assertThat(err.toString()).contains(folder.resolve("a.eml") + " cannot be read");
  }

  @Test
  void namesADirectoryThatCannotBeRead() {
    assertThat(run("--mails", folder.resolve("nowhere").toString())).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("nowhere");
  }

  @Test
  void asksThePlatformByWhichLiveRepliesAreJudged() throws IOException {
    String reply = "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1";
    run(reply, "--isp", "aol");
    assertThat(out.toString()).contains("asked of  yahoo").contains("rule      yahoo-spamhaus");

    out.getBuffer().setLength(0);
    run("550 5.7.1 Account suspended", "--isp", "relay", "--json");
    assertThat(out.toString())
        .contains("\"platform\":\"relay\"")
        .contains("\"category\":\"relay-config\"");

    Path rules =
        Files.writeString(
            folder.resolve("own.csv"),
            """
            rule,isp,phase,code,status,text,category,treatment,sample
            ours,aol,,550,,,policy,,550 no
            """);
    assertThat(run("550 no", "--isp", "aol", "--rules", rules.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("own.csv line 2, column isp").contains("Write yahoo.");
  }

  @Test
  void addsAColumnToATableOfReplies() throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("replies.csv"),
            """
            provider,reply,smtp_command
            google,552 5.2.2 full,RCPT
            other,nonsense,
            other,User unknown,
            other,5.7.25 refused,
            other,250 OK,
            ,550 5.7.1 Account suspended,
            aol,550 5.1.0 AUP#CDRBL,
            """);

    assertThat(run("--replies", table.toString(), "--isp", "relay")).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "provider,reply,smtp_command,predicted",
            "google,552 5.2.2 full,RCPT,mailbox-full",
            "other,nonsense,,unknown",
            "other,User unknown,,bad-mailbox",
            "other,5.7.25 refused,,dns-identity",
            "other,250 OK,,",
            ",550 5.7.1 Account suspended,,relay-config",
            "aol,550 5.1.0 AUP#CDRBL,,ip-reputation");
  }

  @Test
  void saysWhatIsWrongWithACall() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("250 OK")).isEqualTo(2);
    assertThat(run("550 no", "--isp", "nowhere")).isEqualTo(2);
    assertThat(run("550 no", "--phase", "door")).isEqualTo(2);
    assertThat(run("--mails", folder.toString(), "--isp", "aol")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Give one of: a reply")
        .contains("\"250 OK\" is no refusal")
        .contains("There is no ISP \"nowhere\"")
        .contains("\"door\" is no phase")
        .contains("--isp goes with a reply or --replies");
  }

  private int run(String... arguments) {
    CommandLine commandLine = PortolanCommand.commandLine(new ClassifyCommand());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "classify";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
