using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Sinks.Pages;

/// <summary>The words, signs and colours of deliveries and their attempts.</summary>
public static class DeliveryVocabulary
{
    private static readonly StateTerm Sending = new("pending", "Sending", Tone.Active, IconName.Progress, 0, IsLive: true);
    private static readonly StateTerm Waiting = new("waiting", "Waiting to try again", Tone.Warning, IconName.Clock, 1);
    private static readonly StateTerm Delivered = new("delivered", "Delivered", Tone.Good, IconName.CheckCircle, 2);
    private static readonly StateTerm Failed = new("failed", "Not delivered", Tone.Bad, IconName.CrossCircle, 3);
    private static readonly StateTerm Refused = new("refused", "Failed", Tone.Bad, IconName.CrossCircle, 4);

    public static StateTerm Of(Delivery delivery) => delivery.Status switch
    {
        DeliveryStatus.Delivered => Delivered,
        DeliveryStatus.Failed => Failed,
        _ => delivery.AttemptsInSeries > 0 ? Waiting : Sending,
    };

    public static StateTerm Of(DeliveryAttempt attempt) => attempt.IsDelivered ? Delivered : Refused;
}
