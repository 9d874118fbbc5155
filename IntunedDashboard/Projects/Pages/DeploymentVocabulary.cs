using IntunedDashboard.Ui.Shared;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.Projects.Pages;

/// <summary>The words, signs and colours of deployments.</summary>
public static class DeploymentVocabulary
{
    private static readonly StateTerm Pending = new("pending", "Pending", Tone.Neutral, IconName.Clock, 0);
    private static readonly StateTerm Building = new("building", "Building", Tone.Active, IconName.Progress, 1, IsLive: true);
    private static readonly StateTerm Succeeded = new("succeeded", "Succeeded", Tone.Good, IconName.CheckCircle, 2);
    private static readonly StateTerm Failed = new("failed", "Failed", Tone.Bad, IconName.CrossCircle, 3);

    public static StateTerm Of(DeploymentStatus status) => status switch
    {
        DeploymentStatus.Pending => Pending,
        DeploymentStatus.Building => Building,
        DeploymentStatus.Succeeded => Succeeded,
        _ => Failed,
    };

    public static string ChangeText(ResourceChange change) => change.Change == ResourceChanges.SkippedInUse
        ? "in use: done when it is free"
        : change.Change;
}
