"""What Salesforce reads in the answer to an Outbound Message: whether it may forget the notifications."""

from leadtrace_ingest.senders.sender import Answer

_XML = b"text/xml; charset=utf-8"
_RETRY_AFTER_S = b"5"
_ENVELOPE = (
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>\n'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>%b</Ack>'
    b"</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)

ACKNOWLEDGED = Answer(200, _XML, _ENVELOPE % b"true")
# Salesforce takes anything but a true Ack for a failure; the status says so to proxies and relays as well.
NOT_ACKNOWLEDGED = Answer(503, _XML, _ENVELOPE % b"false", ((b"retry-after", _RETRY_AFTER_S),))
