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
                    .contains("\"action\":\"retry\""));
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
        "From: MAILER-DAEMON@x.example\nSubject: Undelivered Mail\n\n<anna@mail.example>: 550 5.1.1 user unknown\n");
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
  void addsAColumnToATableOfReplies() throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("replies.csv"),
            "provider,reply,smtp_command\ngoogle,552 5.2.2 full,RCPT\nother,nonsense,\n");

    assertThat(run("--replies", table.toString())).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "provider,reply,smtp_command,predicted\r\ngoogle,552 5.2.2 full,RCPT,mailbox-full\r\nother,nonsense,,\r\n");
  }

  @Test
  void saysWhatIsWrongWithACall() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("250 OK")).isEqualTo(2);
    assertThat(run("550 no", "--isp", "nowhere")).isEqualTo(2);
    assertThat(run("550 no", "--phase", "door")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Give one of: a reply")
        .contains("\"250 OK\" is no refusal")
        .contains("There is no ISP \"nowhere\"")
        .contains("\"door\" is no phase");
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
