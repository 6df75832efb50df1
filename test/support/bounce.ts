/** What a mail server sends back when it took a mail and could not bring it (RFC 3464). */
import nodemailer from 'nodemailer';

export interface Bounce {
  /** Of the mail that came back, with angle brackets. */
  readonly messageId: string;
  readonly to: string;
  /** `5.1.1`: for good; `4.4.1`: later. */
  readonly status: string;
  /** `failed` or `delayed`. */
  readonly action: string;
}

/** Sends it to a listener on loopback; rejects when that refuses it. */
export async function sendBounce(port: number, { messageId, to, status, action }: Bounce): Promise<void> {
  const way = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  const lines = [
    'From: MAILER-DAEMON@agency.example',
    `To: ${to}`,
    'Subject: Undelivered',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; agency.example',
    '',
    'Final-Recipient: rfc822; holder@agency.example',
    `Action: ${action}`,
    `Status: ${status}`,
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    'Subject: x',
    '--b--',
    '',
  ];
  await way.sendMail({ envelope: { from: '', to }, raw: lines.join('\r\n') });
}
